{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<p class="back"><a href="/">[[All computations]]</a></p>
<div class="title-line">
<h1>{{TITLE}}</h1>
<div class="tools">
{{#TEXT}}<a class="button" href="{{TEXT_PATH}}">[[Plain text]]</a>{{/TEXT}}
{{#JUMP}}
<form class="jump typed" method="get" action="{{PI_PATH}}">
{{#HEX}}<input type="hidden" name="radix" value="16">{{/HEX}}
<label for="from">[[From position]]</label>
<input id="from" name="from" inputmode="numeric" autocomplete="off" size="12">
<button>[[Go]]</button>
</form>
{{/JUMP}}
</div>
</div>
<div id="live"{{#LIVE}} data-live="{{HREF}}"{{/LIVE}} data-revision="{{REVISION}}">
{{>LIVE_PART}}
</div>
{{#OFFER}}
<form class="offer card" method="post" action="/computations">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="position" value="{{POSITION}}">
<input type="hidden" name="radix" value="{{RADIX}}">
<input type="hidden" name="algorithm" value="chudnovsky">
<p>[[Only the digits from this position on were computed, without those before.]]</p>
<button class="primary">[[Compute all digits up to]] {{LABEL}}</button>
</form>
{{/OFFER}}
<p id="announce" class="hidden" role="status" aria-live="polite"></p>
{{>FOOT}}
