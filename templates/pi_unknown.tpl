{{%AUTOESCAPE context="HTML"}}
{{>HEAD}}
<p class="back"><a href="/">[[All computations]]</a></p>
<h1>{{TITLE}}</h1>
<p class="lead">{{#ASK}}[[These digits are not known here yet. Shall they be computed?]]{{/ASK}}{{#IMPOSSIBLE}}[[These digits are not known here, and this site does not compute so many.]]{{/IMPOSSIBLE}}</p>
{{#FAILED}}<p class="notice">[[The last attempt has failed:]] <span{{#ENGLISH}} lang="en"{{/ENGLISH}}>{{MESSAGE}}</span> <a href="/computations/{{ID}}">[[Details]]</a></p>{{/FAILED}}
{{>FORM}}
{{>FOOT}}
