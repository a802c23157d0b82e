// A strict reader of Prometheus' text format, version 0.0.4: it accepts what the
// format's description allows and we promise, nothing else.

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/i;

function fail(line, why) {
  throw new Error(`${why}: ${line}`);
}

/** Reads name{label="value",…} value; resolves escapes. */
function readSample(line) {
  const name = NAME.exec(line)?.[0] ?? fail(line, 'no name');
  let rest = line.slice(name.length);
  const labels = new Map();
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    for (;;) {
      const [whole, label, value] = LABEL.exec(rest) ?? fail(line, 'not a label');
      if (labels.has(label)) fail(line, `label ${label} twice`);
      labels.set(label, value.replace(/\\(["\\n])/g, (_, c) => (c === 'n' ? '\n' : c)));
      rest = rest.slice(whole.length);
      if (rest.startsWith('}')) break;
      if (!rest.startsWith(',')) fail(line, 'no comma between labels');
      rest = rest.slice(1);
    }
    rest = rest.slice(1);
  }
  if (!rest.startsWith(' ') || !VALUE.test(rest.slice(1))) fail(line, 'not a value');
  return { name, labels, value: Number(rest.slice(1).replace('Inf', 'Infinity')) };
}

/** "route=list,status=200": labels in a fixed order. */
function keyOf(labels) {
  return [...labels].map(([name, value]) => `${name}=${value}`).sort().join(',');
}

/** A histogram's series: bounds ascend up to +Inf, counts never fall, _count is that
 * of +Inf, and _sum is there. */
function checkHistogram(metric) {
  const series = new Map();
  for (const { name, labels, value } of metric.samples) {
    const rest = new Map(labels);
    rest.delete('le');
    const key = keyOf(rest);
    if (!series.has(key)) series.set(key, { buckets: [] });
    const one = series.get(key);
    const part = name.slice(metric.name.length);
    if (part === '_bucket') {
      if (!labels.has('le')) fail(name, 'a bucket without le');
      one.buckets.push({ le: Number(labels.get('le').replace('Inf', 'Infinity')), value });
    } else if (labels.has('le') || one[part] !== undefined) {
      fail(name, `${key}: le, or twice`);
    } else {
      one[part] = value;
    }
  }
  for (const [key, { buckets, _sum: sum, _count: count }] of series) {
    const where = `${metric.name}{${key}}`;
    if (buckets.length < 2 || buckets.at(-1).le !== Infinity) fail(where, 'no +Inf');
    buckets.reduce((before, bucket) => {
      if (!(bucket.le > before.le)) fail(where, 'bounds do not ascend');
      if (bucket.value < before.value) fail(where, 'counts fall');
      return bucket;
    });
    if (buckets.some(({ value }) => !Number.isSafeInteger(value) || value < 0)) {
      fail(where, 'not a count');
    }
    if (count !== buckets.at(-1).value) fail(where, `count ${count}`);
    if (!(sum >= 0)) fail(where, `sum ${sum}`);
    if (count === 0 && sum !== 0) fail(where, 'a sum of nothing');
  }
}

const SUFFIXES = { histogram: ['_bucket', '_sum', '_count'], counter: [''], gauge: [''] };

/** Reads TEXT; throws at the first fault. The result maps names of metrics to
 * {name, type, help, samples}; its value(name, {labels}) is a sample's, or undefined. */
export function parse(text) {
  const metrics = new Map();
  const seen = new Set();
  let metric;
  let help;
  if (!text.endsWith('\n')) fail(text.slice(-80), 'the last line has no end');
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name, words] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword && NAME.exec(name)?.[0] !== name) fail(line, 'no name');
    if (keyword === 'HELP') {
      if (help) fail(line, `${help.name} has no TYPE`);
      if (metrics.has(name)) fail(line, 'a metric in two places');
      if (/\\(?![\\n])/.test(words) || words.length < 5) fail(line, 'not a help text');
      help = { name, words };
    } else if (keyword === 'TYPE') {
      if (help?.name !== name) fail(line, 'no HELP before it');
      if (!(words in SUFFIXES)) fail(line, 'not a type');
      if ((words === 'counter') !== name.endsWith('_total')) fail(line, '_total is for counters');
      metric = { name, type: words, help: help.words, samples: [] };
      metrics.set(name, metric);
      help = undefined;
    } else if (line.startsWith('#') || line === '') {
      fail(line, 'a line of no use');
    } else {
      const sample = readSample(line);
      const fits = metric && !help
        && SUFFIXES[metric.type].some((suffix) => sample.name === metric.name + suffix);
      if (!fits) fail(line, 'not of the metric before it');
      if (metric.type === 'counter' && !(sample.value >= 0)) fail(line, 'a counter below 0');
      const key = `${sample.name}{${keyOf(sample.labels)}}`;
      if (seen.has(key)) fail(line, 'a sample twice');
      seen.add(key);
      metric.samples.push(sample);
    }
  }
  if (help) fail(help.name, 'has no TYPE');
  for (const one of metrics.values()) if (one.type === 'histogram') checkHistogram(one);
  metrics.value = (name, labels = {}) => {
    const key = keyOf(new Map(Object.entries(labels)));
    const base = [name, name.replace(/_(bucket|sum|count)$/, '')].find((n) => metrics.has(n));
    return metrics.get(base)?.samples
      .find((sample) => sample.name === name && keyOf(sample.labels) === key)?.value;
  };
  return metrics;
}
