{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<p class="back"><a href="/">[[All computations]]</a></p>
<h1>{{TITLE}}</h1>
<p class="lead">[[These digits are not known here yet. Shall they be computed?]]</p>
{{#FAILED}}<p class="notice">[[The last attempt has failed:]] <span{{#ENGLISH}} lang="en"{{/ENGLISH}}>{{MESSAGE}}</span> <a href="/computations/{{ID}}">[[Details]]</a></p>{{/FAILED}}
{{>FORM}}
{{>FOOT}}
