{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<h1>{{TITLE}}</h1>
<section class="card">
{{#AGAIN}}<p class="error" data-field="csrf">{{MESSAGE}}</p>
{{/AGAIN}}{{#ASK}}<p>[[They disappear from the list; digits that are already published stay. Where others asked for the same, only your part in it ends.]]</p>
{{/ASK}}<ul class="several-rows">
{{#ITEM}}<li>{{LABEL}}</li>
{{/ITEM}}</ul>
<form class="actions" method="post" action="{{BULK_URL}}">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="action" value="{{ACTION}}">
<input type="hidden" name="confirm" value="1">
{{#SELECTED_ID}}<input type="hidden" name="id" value="{{ID}}">
{{/SELECTED_ID}}{{#ASK}}<button class="danger">[[Delete]]</button>
<a class="button quiet" href="{{HREF}}">[[Keep them]]</a>
{{/ASK}}{{#AGAIN}}<button>[[Yes, do it]]</button>
<a class="button quiet" href="{{HREF}}">[[Back]]</a>
{{/AGAIN}}</form>
</section>
{{>FOOT}}
