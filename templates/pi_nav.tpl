{{%AUTOESCAPE context="HTML"}}
<nav class="screens" aria-label="{{#ABOVE}}[[Screens, above the digits]]{{/ABOVE}}{{#BELOW}}[[Screens, below the digits]]{{/BELOW}}">
{{#RANGE}}<span class="range">[[Digits {{FROM}} to {{TO}}]]</span>{{/RANGE}}
{{#OTHERS}}
<span class="turn">
{{#AT_START}}<span class="off" aria-hidden="true">[[First]]</span> <span class="off" aria-hidden="true">[[Previous]]</span>{{/AT_START}}
{{#FIRST}}<a href="{{HREF}}" rel="first">[[First]]</a>{{/FIRST}}
{{#PREVIOUS}}<a href="{{HREF}}" rel="prev">[[Previous]]</a>{{/PREVIOUS}}
{{#NEXT}}<a href="{{HREF}}" rel="next">[[Next]]</a>{{/NEXT}}
{{#LAST}}<a href="{{HREF}}" rel="last">[[Last]]</a>{{/LAST}}
{{#AT_END}}<span class="off" aria-hidden="true">[[Next]]</span> <span class="off" aria-hidden="true">[[Last]]</span>{{/AT_END}}
</span>
{{/OTHERS}}
</nav>
