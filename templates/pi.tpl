{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<p class="back"><a href="/">[[All computations]]</a></p>
<div class="title-line">
<h1>{{TITLE}}</h1>
{{#JUMP}}
<form class="jump typed" method="get" action="{{PI_PATH}}">
{{#HEX}}<input type="hidden" name="radix" value="16">{{/HEX}}
<label for="from">[[From position]]</label>
<input id="from" name="from" inputmode="numeric" autocomplete="off" size="12">
<button>[[Go]]</button>
</form>
{{/JUMP}}
</div>
<div id="live"{{#LIVE}} data-live="{{HREF}}"{{/LIVE}} data-revision="{{REVISION}}">
{{>LIVE_PART}}
</div>
<p id="announce" class="hidden" role="status" aria-live="polite"></p>
{{#PICTURES}}<p class="pi-pictures"><a href="{{HREF}}">[[Pictures of these digits]]</a></p>{{/PICTURES}}
{{>FOOT}}
