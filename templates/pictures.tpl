{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<h1>[[Pictures of π]]</h1>
<form class="card pictures-form typed" method="get" action="/pictures">
<div class="field">
<label for="pictures-radix">[[Radix]]</label>
<select id="pictures-radix" name="radix">
{{#RADIX_CHOICE}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{VALUE}}</option>{{/RADIX_CHOICE}}
</select>
</div>
<div class="field">
<label for="pictures-n">[[First digits]]</label>
<select id="pictures-n" name="n">
{{#DIGITS_CHOICE}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/DIGITS_CHOICE}}
</select>
</div>
<button class="primary">[[Show]]</button>
</form>
{{#MISSING}}<p{{#REFUSED}} class="error" role="alert"{{/REFUSED}} data-field="n">{{MESSAGE}}{{#LINK}} <a href="{{HREF}}">[[Compute them]]</a>{{/LINK}}</p>{{/MISSING}}
<div class="pictures">
{{#FIGURE}}
<figure class="picture" id="{{NAME}}">
<h2>{{LABEL}}</h2>
<a href="{{HREF}}"><img src="{{HREF}}" width="{{WIDTH}}" height="{{HEIGHT}}" alt="{{LABEL}}" aria-describedby="{{NAME}}-words"></a>
<figcaption>
<p id="{{NAME}}-words">{{DESCRIPTION}}</p>
{{#CHANCE}}<p>{{MESSAGE}}</p>{{/CHANCE}}
</figcaption>
<details>
<summary>[[The numbers]]</summary>
<div class="numbers" tabindex="0" role="region" aria-label="{{LABEL}}">
<table>
<caption>{{LABEL}}{{#OF_DIGITS}} ([[digits:]] {{COUNT}}, [[radix]] {{RADIX}}){{/OF_DIGITS}}</caption>
<thead><tr>{{#COLUMN}}<th scope="col">{{LABEL}}</th>{{/COLUMN}}</tr></thead>
<tbody>
{{#TABLE_ROW}}<tr><th scope="row">{{#LINK}}<a href="{{HREF}}">{{/LINK}}{{LABEL}}{{#LINK}}</a>{{/LINK}}</th>{{#CELL}}<td>{{VALUE}}</td>{{/CELL}}</tr>
{{/TABLE_ROW}}
</tbody>
</table>
</div>
</details>
</figure>
{{/FIGURE}}
<section class="picture notes">
<h2>[[How they are made]]</h2>
<p>[[All pictures are made on this server from the digits that it has computed and checked. The digits after the point are counted, from position 1 on.]]</p>
<p>[[If digits were drawn by chance, each count would be close to the expected one: with p = 1/radix, 95 of 100 counts of n digits lie within 1.96 √(n p (1 − p)) of it. Chi-squared adds up (count − expected)² / expected over all digits; how likely such a sum is follows from the chi-squared distribution (Abramowitz and Stegun, 26.4).]]</p>
<p>[[No one has proved that the digits of π pass such tests for ever. They do so as far as anybody has looked.]]</p>
</section>
</div>
{{>FOOT}}
