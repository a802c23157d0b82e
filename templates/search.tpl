{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<h1>[[Search the digits of π]]</h1>
<form id="search" class="card search" method="get" action="/search" role="search" novalidate>
<div class="fields">
<div class="field grow">
<label for="q">[[Digits]]</label>
<input id="q" name="q" value="{{QUERY}}" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="[[for example 14159265]]" aria-describedby="searched{{#BAD_FIELD}} q-error{{/BAD_FIELD}}"{{#BAD_FIELD}} aria-invalid="true"{{/BAD_FIELD}}>
</div>
<div class="field">
<label for="radix">[[Radix]]</label>
<select id="radix" name="radix">
{{#RADIX_CHOICE}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/RADIX_CHOICE}}
</select>
</div>
<button class="primary">[[Search]]</button>
</div>
<div id="complaint" data-most="{{MOST}}" data-empty="{{EMPTY_TEXT}}" data-letters="{{LETTERS_TEXT}}" data-strange="{{STRANGE_TEXT}}" data-strange-hex="{{STRANGE_HEX_TEXT}}" data-too-long="{{TOO_LONG_TEXT}}" data-failed="[[The site has no time for this search at the moment. Please try again later.]]">{{#BAD_FIELD}}<p class="error" id="q-error" data-field="q">{{MESSAGE}}</p>{{/BAD_FIELD}}</div>
<p class="hint" id="searched">{{#KNOWN}}{{MESSAGE}}{{/KNOWN}}</p>
</form>
<div id="result">
{{#NOTHING}}<p>[[No digits are published in this radix yet.]] <a href="{{PI_PATH}}">[[Compute the first {{LABEL}} digits]]</a></p>
{{#OTHER_RADIX}}<p>{{MESSAGE}} <a href="{{HREF}}">[[Search these]]</a></p>{{/OTHER_RADIX}}
{{/NOTHING}}
{{#BEGINNING}}<p class="beginning" id="beginning"><span class="message">{{MESSAGE}}</span> <a href="{{HREF}}">[[Show it]]</a></p>
{{/BEGINNING}}
{{#ANSWER}}
<section class="answer" data-found="{{FOUND}}">
<p class="headline" id="headline"><span class="sought">{{QUERY}}</span> {{MESSAGE}}</p>
{{#CONTEXT}}<p class="around"><a href="{{HREF}}">{{BEFORE}}<mark>{{DIGITS}}</mark>{{REST}}</a></p>{{/CONTEXT}}
<p>{{COUNTED}}{{#EXPECTED}} {{MESSAGE}}{{/EXPECTED}}</p>
<p class="ways">{{#CONTEXT}}<a class="button" href="{{HREF}}">[[Show it among the digits]]</a>{{/CONTEXT}}{{#FIRST}}<a class="button" href="{{HREF}}">[[First occurrence]]</a>{{/FIRST}}{{#PREVIOUS}}<a class="button" href="{{HREF}}" rel="prev">[[Previous occurrence]]</a>{{/PREVIOUS}}{{#NEXT}}<a class="button" href="{{HREF}}" rel="next">[[Next occurrence]]</a>{{/NEXT}}</p>
</section>
{{/ANSWER}}
{{#DATES}}
<section class="dates" aria-labelledby="dates-title">
<h2 id="dates-title">[[The date in the digits]]</h2>
<div class="scroll">
<table>
<thead><tr><th scope="col">[[Written]]</th><th scope="col">[[Digits]]</th><th scope="col">[[First at position]]</th><th scope="col">[[How often]]</th></tr></thead>
<tbody>
{{#DATE}}<tr><th scope="row">{{LABEL}}</th><td class="digits"><a href="{{HREF}}">{{DIGITS}}</a></td><td class="where">{{#FOUND}}<a href="{{PI_PATH}}">{{POSITION}}</a>{{/FOUND}}{{#NOTHING}}–{{/NOTHING}}</td><td class="often">{{COUNT}}</td></tr>
{{/DATE}}
</tbody>
</table>
</div>
</section>
{{/DATES}}
</div>
<form id="date" class="card date" method="get" action="/search" aria-labelledby="date-title">
<h2 id="date-title">[[Find a birthday]]</h2>
<div class="fields">
{{#DATE_FIELD}}{{#DAY}}<div class="field"><label for="day">[[Day]]</label><input id="day" name="day" value="{{VALUE}}" inputmode="numeric" autocomplete="bday-day" maxlength="2" required></div>
{{/DAY}}{{#MONTH}}<div class="field"><label for="month">[[Month]]</label><input id="month" name="month" value="{{VALUE}}" inputmode="numeric" autocomplete="bday-month" maxlength="2" required></div>
{{/MONTH}}{{#YEAR}}<div class="field"><label for="year">[[Year]]</label><input id="year" name="year" value="{{VALUE}}" inputmode="numeric" autocomplete="bday-year" maxlength="4" required></div>
{{/YEAR}}{{/DATE_FIELD}}
<div class="field">
<label for="order">[[Written as]]</label>
<select id="order" name="order">
{{#ORDER_CHOICE}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/ORDER_CHOICE}}
</select>
</div>
<button>[[Find the date]]</button>
</div>
{{#BAD_DATE}}<p class="error" data-field="day">[[There is no such day: give a day, a month from 1 to 12 and a year of four digits.]]</p>{{/BAD_DATE}}{{#BAD_YEAR}}<p class="error" data-field="year">[[Write the year with four digits: 1999, not 99.]]</p>{{/BAD_YEAR}}
</form>
<p id="announce" class="hidden" role="status" aria-live="polite"></p>
<script src="@STATIC:search.js@" defer></script>
{{>FOOT}}
