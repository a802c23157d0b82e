{{%AUTOESCAPE context="HTML"}}
<nav class="screens" aria-label="[[Screens of digits]]">
{{#RANGE}}<span class="range">[[Digits {{FROM}} to {{TO}}]]</span>{{/RANGE}}
{{#OTHERS}}
<span class="turn">
{{#AT_START}}<span class="off">[[First]]</span> <span class="off">[[Previous]]</span>{{/AT_START}}
{{#FIRST}}<a href="{{HREF}}" rel="first">[[First]]</a>{{/FIRST}}
{{#PREVIOUS}}<a href="{{HREF}}" rel="prev">[[Previous]]</a>{{/PREVIOUS}}
{{#NEXT}}<a href="{{HREF}}" rel="next">[[Next]]</a>{{/NEXT}}
{{#LAST}}<a href="{{HREF}}" rel="last">[[Last]]</a>{{/LAST}}
{{#AT_END}}<span class="off">[[Next]]</span> <span class="off">[[Last]]</span>{{/AT_END}}
</span>
{{/OTHERS}}
</nav>
