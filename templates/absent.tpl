{{%AUTOESCAPE context="HTML"}}
<p id="absent" class="notice calm" role="status" data-absent="{{VALUE}}"{{#NOTHING}} hidden{{/NOTHING}}>{{MESSAGE}}</p>
