{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
{{>ABSENT}}
<p class="back"><a href="/?highlight={{ID:url_query_escape}}#c-{{ID}}">[[All computations]]</a></p>
<h1>{{TITLE}}</h1>
{{#TOLD}}<div role="status"><ul class="told" tabindex="-1" autofocus>
{{#ITEM}}<li>{{MESSAGE}}</li>
{{/ITEM}}</ul></div>
{{/TOLD}}<div id="live" class="computation"{{#LIVE}} data-live="{{LIVE_URL}}"{{/LIVE}} data-revision="{{REVISION}}">
{{>LIVE_PART}}
</div>
<p id="announce" class="hidden" role="status" aria-live="polite"></p>
{{>FOOT}}
