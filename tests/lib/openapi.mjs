// A client of the API that knows its description: every answer is held against what
// openapi.json says of its path, method, status, headers and body. Nothing undocumented
// passes: objects are closed here, though the description leaves room for members to
// come.
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import { request } from './http.mjs';

// What the description leaves to the response "default": limits of every request, and
// what nobody is to blame for. Every other status has to be named.
const others = new Set([413, 414, 431, 500, 501, 502, 504]);

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// The schema NODE with every object closed; those that are parts of another one
// (allOf) are closed together.
function closed(node, part = false) {
  if (Array.isArray(node)) return node.map((item) => closed(item));
  if (node === null || typeof node !== 'object') return node;
  const result = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties') {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, closed(item)]));
    } else if (key === 'allOf') {
      result[key] = value.map((item) => closed(item, true));
    } else {
      result[key] = ['enum', 'default', 'example', 'examples'].includes(key) ? value : closed(value);
    }
  }
  if (!part && (result.properties || result.allOf)) result.unevaluatedProperties = false;
  return result;
}

export class Api {
  constructor(document) {
    this.document = document;
    this.seen = new Set();
    this.ajv = new Ajv({
      allErrors: true,
      allowUnionTypes: true,
      strictTypes: false, // of closed objects: what closes them stands apart from their type
      formats: { 'date-time': time, 'uri-reference': /^\/\S*$/ },
    });
    this.ajv.addKeyword('example');
  }

  resolve(item) {
    if (!item?.$ref) return item;
    const found = item.$ref.slice(2).split('/').reduce((node, name) => node?.[name], this.document);
    assert.ok(found, item.$ref);
    return found;
  }

  /** Every operation: {path, method, operation, parameters}. */
  operations() {
    const list = [];
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of ['get', 'post', 'delete']) {
        const operation = item[method];
        if (!operation) continue;
        const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
        list.push({ path, method: method.toUpperCase(), operation, parameters: parameters.map((one) => this.resolve(one)) });
      }
    }
    return list;
  }

  /** The operation of a request. */
  find(method, target) {
    const path = target.split('?')[0];
    const matches = (template) => new RegExp(`^${template.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[0-9]+')}$`).test(path);
    return this.operations().find((one) => one.method === method && matches(one.path))
      ?? assert.fail(`${method} ${path} is not described`);
  }

  /** Throws unless VALUE is what SCHEMA says. */
  validate(schema, value, what) {
    // Components are put in place, so that one that is a part is closed with the whole.
    const inline = (node, part) => {
      if (Array.isArray(node)) return node.map((item) => inline(item));
      if (node === null || typeof node !== 'object') return node;
      if (node.$ref) return inline(this.resolve(node), part);
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, inline(item)]));
    };
    const check = this.ajv.compile(closed(inline(schema)));
    assert.ok(check(value), `${what}: ${this.ajv.errorsText(check.errors)}: ${JSON.stringify(value).slice(0, 600)}`);
  }

  /** Asserts that ANSWER is one that the description gives to METHOD TARGET. */
  check(method, target, answer) {
    const { operation } = this.find(method, target);
    const what = `${method} ${target}: ${answer.status}`;
    const name = operation.responses[answer.status] === undefined && others.has(answer.status) ? 'default' : answer.status;
    const response = this.resolve(operation.responses[name]);
    assert.ok(response, `${what} is not described: ${answer.text.slice(0, 300)}`);
    this.seen.add(`${operation.operationId} ${name}`);
    assert.equal(answer.headers['access-control-allow-origin'], method === 'GET' ? '*' : undefined,
      `${what}: pages of any site may read what GET answers, and nothing else`);
    for (const [name, header] of Object.entries(response.headers ?? {})) {
      const { schema, required } = this.resolve(header);
      const value = answer.headers[name.toLowerCase()];
      assert.ok(value !== undefined || !required, `${what}: no ${name}`);
      if (value !== undefined) this.validate(schema, value, `${what}, ${name}`);
    }
    if (!response.content) {
      assert.equal(answer.text, '', what);
      return;
    }
    const type = answer.headers['content-type'].split(';')[0];
    const media = response.content[type] ?? assert.fail(`${what} is ${type}`);
    this.validate(media.schema, type.endsWith('json') ? answer.json() : answer.text, what);
  }

  /** One request to SITE, checked, with the Accept header of most programs; where people
   * get a page, that of the description. BODY is made JSON; `token` is an owner's. */
  async call(site, method, target, { body, token, headers = {} } = {}) {
    const sent = { accept: target.startsWith('/search') ? 'application/json' : '*/*', ...headers };
    if (body !== undefined) sent['content-type'] ??= 'application/json';
    if (token) sent.authorization = `Bearer ${token}`;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await request(site.port, target, { method, headers: sent, body: text });
    this.check(method, target, answer);
    return answer;
  }
}
