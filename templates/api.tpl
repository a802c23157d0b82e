{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<h1>{{TITLE}}</h1>
<p class="lead">[[Programs can ask and read here as people do. No key is needed. Copy an example into a terminal: it works as it stands.]]</p>
<p>[[<a href="/api/openapi.json">openapi.json</a> describes all of it for programs (OpenAPI 3.1). Pages of any site may read what it describes (CORS); only who asked for a digit can change what became of it.]]</p>

<section class="api">
<h2>[[Read digits]]</h2>
<p>[[Up to 1,000 known digits from a position on, as <a href="https://pi.delivery/">pi.delivery</a> answers: a program written for that works here when its address is changed. Position 0 is the 3. Digits that are not known yet have to be asked for first.]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl '{{SITE}}/v1/pi?start=0&amp;numberOfDigits=20'</code></pre>
<pre class="printed" translate="no"><samp>{"content":"31415926535897932384"}</samp></pre>
<p>[[Hexadecimal digits:]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl '{{SITE}}/v1/pi?start=0&amp;numberOfDigits=20&amp;radix=16'</code></pre>
<pre class="printed" translate="no"><samp>{"content":"3243f6a8885a308d3131"}</samp></pre>
<p>[[In JavaScript, on a page of any site:]]</p>
<pre class="example" data-run="js" translate="no"><code>fetch('{{SITE}}/v1/pi?start=762&amp;numberOfDigits=6')
  .then((answer) =&gt; answer.json())
  .then((pi) =&gt; console.log(pi.content));</code></pre>
<pre class="printed" translate="no"><samp>999999</samp></pre>
<p>[[All digits up to a position as a text, or a part of it:]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl -o pi.txt '{{SITE}}/pi/1000.txt'</code></pre>
<pre class="example" data-run="sh" translate="no"><code>curl -r 0-9 '{{SITE}}/pi/1000.txt'</code></pre>
<pre class="printed" translate="no"><samp>3.14159265</samp></pre>
<p>[[Where a string of digits is first, and how often:]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl -H 'Accept: application/json' '{{SITE}}/search?q=999999'</code></pre>
</section>

<section class="api">
<h2>[[Ask for a digit]]</h2>
<p>[[A question needs a position; <code>radix</code> (10 or 16) and <code>algorithm</code> (auto, spigot, chudnovsky, bbp) can be left out.]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl -H 'Content-Type: application/json' -d '{"position":1000}' \
  '{{SITE}}/api/v1/computations'</code></pre>
<p>[[The answer has the computation with its <code>id</code>, and once only an <code>owner_token</code>: the right to cancel and delete. In what follows they are in the shell's variables ID and TOKEN.]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl "{{SITE}}/api/v1/computations/$ID"</code></pre>
<p>[[To wait for news, name the <code>revision</code> of this very computation that you know (in REVISION): the answer comes with its next change, or is empty with status 304 after 30 seconds. Any other revision, that of the list for one, is answered at once.]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl -H 'Prefer: wait=30' "{{SITE}}/api/v1/computations/$ID?since=$REVISION"</code></pre>
<p>[[A report of a computation that is done, as text: digits, check, times and costs, by keys that never change:]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl "{{SITE}}/computations/$ID.txt"</code></pre>
<p>[[Everybody's computations, running ones first:]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl '{{SITE}}/api/v1/computations?status=done&amp;limit=5'</code></pre>
<p>[[Cancel, try again, delete:]]</p>
<pre class="example" data-run="sh" translate="no"><code>curl -X POST -H "Authorization: Bearer $TOKEN" \
  "{{SITE}}/api/v1/computations/$ID/cancel"</code></pre>
<pre class="example" data-run="sh" translate="no"><code>curl -X POST -H "Authorization: Bearer $TOKEN" \
  "{{SITE}}/api/v1/computations/$ID/retry"</code></pre>
<pre class="example" data-run="sh" translate="no"><code>curl -X DELETE -H "Authorization: Bearer $TOKEN" \
  "{{SITE}}/api/v1/computations/$ID"</code></pre>
</section>

<section class="api">
<h2>[[From the command line]]</h2>
<p>[[The program <code>nthpi</code> does the same, keeps the token, and shows progress:]]</p>
<pre class="example" data-run="sh" translate="no"><code>nthpi digit --url '{{SITE}}' 1000</code></pre>
<pre class="printed" translate="no"><samp>9</samp></pre>
<pre class="example" data-run="sh" translate="no"><code>nthpi search --url '{{SITE}}' 999999</code></pre>
<pre class="example" data-run="sh" translate="no"><code>nthpi list --url '{{SITE}}' --json</code></pre>
</section>

<section class="api">
<h2>[[When something is wrong]]</h2>
<p>[[An error is a JSON document (RFC 9457) with <code>status</code>, <code>title</code> and <code>detail</code>; <code>field</code> names the input at fault. Only what is wrong with the parameters of <code>/v1/pi</code> is told in plain text, as its clients expect. Who names text/html in Accept, as browsers do, gets a page in place of the document, except below <code>/api/</code>. 429 and 503 say in <code>Retry-After</code> when to try again.]]</p>
<p>[[Times are in UTC, durations in seconds, positions are counted from 1. Members may be added to answers; none goes away.]]</p>
</section>
{{>FOOT}}
