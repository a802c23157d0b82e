{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.ribbon { fill: var(--digit); fill-opacity: .62; stroke: var(--paper); stroke-width: .6; }
.arc { fill: none; stroke: var(--digit); stroke-width: 14; }
.name { font-size: max(24px, 1em); }
</style>
<g transform="translate(360 360)">
{{#RIBBON}}<path class="ribbon d{{DIGIT}}" d="{{PATH}}"/>
{{/RIBBON}}
{{#ARC}}<path class="arc d{{DIGIT}}" d="{{PATH}}"/><text class="digit name" x="{{X}}" y="{{Y}}" dy=".35em">{{DIGIT}}</text>
{{/ARC}}
</g>
</svg>
