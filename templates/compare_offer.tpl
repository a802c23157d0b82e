{{%AUTOESCAPE context="HTML"}}
<h2>[[The same digit once more]]</h2>
<form method="post" action="/computations/{{ID}}/compare">
<input type="hidden" name="csrf" value="{{CSRF}}">
{{#ALGORITHM_CHOICE}}<div class="choice"><button name="algorithm" value="{{VALUE}}">{{LABEL}}</button> <p class="hint">{{EXPLANATION}}{{#COSTS}}<br>{{ESTIMATE}}{{/COSTS}}</p></div>
{{/ALGORITHM_CHOICE}}
</form>
