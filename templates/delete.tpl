{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<h1>{{TITLE}}</h1>
<section class="card">
<p>{{LABEL}}</p>
<p>[[The computation disappears from the list; digits that are already published stay. If others asked for it too, only your part in it ends.]]</p>
<form class="actions" method="post" action="/computations/{{ID}}/delete">
<input type="hidden" name="csrf" value="{{CSRF}}">
<button class="danger">[[Delete]]</button>
<a class="button quiet" href="/computations/{{ID}}">[[Keep it]]</a>
</form>
</section>
{{>FOOT}}
