{{%AUTOESCAPE context="HTML"}}
<form id="new" class="card" method="post" action="/computations" novalidate>
<input type="hidden" name="csrf" value="{{CSRF}}">
{{#NOTICE}}<p class="notice" role="alert">{{MESSAGE}}</p>{{/NOTICE}}
<div class="fields typed">
<div class="field grow">
<label for="position">[[Position]]</label>
<input id="position" name="position" value="{{POSITION}}" inputmode="numeric" autocomplete="off" placeholder="[[for example 1000000]]"{{#BAD_POSITION}} aria-invalid="true" aria-describedby="position-error"{{/BAD_POSITION}}{{#FOCUS}} autofocus{{/FOCUS}}>
</div>
<div class="field">
<label for="radix">[[Radix]]</label>
<select id="radix" name="radix"{{#BAD_RADIX}} aria-invalid="true" aria-describedby="radix-error"{{/BAD_RADIX}}>
{{#RADIX_CHOICE}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{VALUE}}</option>{{/RADIX_CHOICE}}
</select>
</div>
<div class="field">
<label for="algorithm">[[Algorithm]]</label>
<select id="algorithm" name="algorithm" aria-describedby="algorithms{{#BAD_ALGORITHM}} algorithm-error{{/BAD_ALGORITHM}}"{{#BAD_ALGORITHM}} aria-invalid="true"{{/BAD_ALGORITHM}}>
{{#ALGORITHM_CHOICE}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{VALUE}}</option>{{/ALGORITHM_CHOICE}}
</select>
</div>
<button class="primary">[[Compute]]</button>
<button name="preview" value="1">[[Estimate]]</button>
</div>
{{#BAD_POSITION}}<p class="error" id="position-error" data-field="position">{{MESSAGE}}</p>{{/BAD_POSITION}}
{{#BAD_RADIX}}<p class="error" id="radix-error" data-field="radix">{{MESSAGE}}</p>{{/BAD_RADIX}}
{{#BAD_ALGORITHM}}<p class="error" id="algorithm-error" data-field="algorithm">{{MESSAGE}}</p>{{/BAD_ALGORITHM}}
<p id="estimate" class="estimate typed" role="status" data-hint="[[The time and memory that it takes are shown here.]]" data-known="{{KNOWN}}" data-auto="{{LIMIT}}" data-text="{{ESTIMATE_TEXT}}" data-known-text="{{KNOWN_TEXT}}" data-short="{{SHORT_TEXT}}" data-above="{{ABOVE_TEXT}}" data-units="{{UNITS}}" data-wrong="{{WRONG_TEXT}}">{{ESTIMATE}}</p>
{{#COSTS}}<data hidden class="costs" value="{{VALUE}}"></data>{{/COSTS}}
{{#REFRESH}}<noscript><p class="instead"><a class="button primary" href="/?new=1#new">[[Ask for a digit]]</a> [[This page reloads itself while something runs.]]</p></noscript>{{/REFRESH}}
<dl class="algorithms typed" id="algorithms">
{{#ALGORITHM_LINE}}<div><dt>{{NAME}}<dd>{{EXPLANATION}} <span class="limit">[[to]] {{LIMIT}}</span></div>
{{/ALGORITHM_LINE}}
</dl>
</form>
<script src="@STATIC:position.js@" defer></script>
<script src="@STATIC:form.js@" defer></script>
