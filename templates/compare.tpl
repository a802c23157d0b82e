{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
{{>ABSENT}}
<p class="back"><a href="/computations/{{ID}}">[[Back to the computation]]</a></p>
<h1>{{TITLE}}</h1>
{{#NOTICE}}<p class="notice" role="alert">{{MESSAGE}}</p>{{/NOTICE}}
<div id="live" class="compare"{{#LIVE}} data-live="{{LIVE_URL}}"{{/LIVE}} data-revision="{{REVISION}}">
{{>LIVE_PART}}
</div>
<p id="announce" class="hidden" role="status" aria-live="polite"></p>
{{>FOOT}}
