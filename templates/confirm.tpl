{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<section class="card failure" data-status="403">
<h1>{{TITLE}}</h1>
<p class="error" data-field="csrf">{{MESSAGE}}</p>
<form class="actions" method="post" action="/computations/{{ID}}/{{NAME}}">
<input type="hidden" name="csrf" value="{{CSRF}}">
<button>[[Yes, do it]]</button>
<a class="button quiet" href="/computations/{{ID}}">[[Back]]</a>
</form>
</section>
{{>FOOT}}
