{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<section class="card failure" data-status="{{STATUS}}">
<h1>{{TITLE}}</h1>
<p{{#BAD_FIELD}} class="error" data-field="{{NAME}}"{{/BAD_FIELD}}>{{MESSAGE}}</p>
<p class="actions">{{#OF_ROW}}<a class="button" href="/computations/{{ID}}">[[Back to the computation]]</a> {{/OF_ROW}}<a class="button{{#OF_ROW}} quiet{{/OF_ROW}}" href="/">[[All computations]]</a></p>
<p class="small">[[Error]] {{STATUS}} · [[request]] {{REQUEST}}</p>
</section>
{{>FOOT}}
