{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
{{>ABSENT}}
<script src="@STATIC:position.js@" defer></script>
<script src="@STATIC:viewer.js@" defer></script>
<p class="back"><a href="/">[[All computations]]</a></p>
<div class="title-line">
<h1>{{TITLE}}</h1>
{{#JUMP}}
<form class="jump typed" id="jump" method="get" action="{{PI_PATH}}">
{{#HEX}}<input type="hidden" name="radix" value="16">{{/HEX}}
{{#PER}}<input type="hidden" name="per" value="{{COUNT}}">{{/PER}}
{{#COLUMNS}}<input type="hidden" name="columns" value="{{COUNT}}">{{/COLUMNS}}
{{#MARKED}}<input type="hidden" name="mark" value="{{VALUE}}">{{/MARKED}}
<label for="from">[[From position]]</label>
<input id="from" name="from" inputmode="numeric" autocomplete="off" size="12"{{#BAD_POSITION}} value="{{VALUE}}" aria-invalid="true" aria-describedby="from-error" autofocus{{/BAD_POSITION}}>
<button>[[Go]]</button>
{{#BAD_POSITION}}<p class="error" id="from-error" data-field="from">{{MESSAGE}}</p>{{/BAD_POSITION}}
</form>
{{/JUMP}}
</div>
<div id="live"{{#LIVE}} data-live="{{HREF}}"{{/LIVE}} data-revision="{{REVISION}}">
{{>LIVE_PART}}
</div>
{{#PLAIN}}<noscript><p class="plain"><label for="plain">[[The digits of this screen without groups, to copy]]</label> <textarea id="plain" readonly rows="4">{{TEXT}}</textarea></p></noscript>{{/PLAIN}}
<p id="announce" class="hidden" role="status" aria-live="polite" data-copied="[[Copied.]]" data-selected="[[Selected: copy with Ctrl+C.]]"></p>
{{#PICTURES}}<p class="pi-pictures"><a href="{{HREF}}">[[Pictures of the first {{COUNT}} digits]]</a></p>{{/PICTURES}}
{{>FOOT}}
