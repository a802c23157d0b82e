{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.band { fill: var(--tint); }
.bar { fill: var(--accent); }
.bar.outside { fill: var(--strong); }
.value { font-size: 15px; }
.value.outside { font-weight: 700; }
.name { font-size: max(20px, 1em); }
@media (max-width: 520px) {
  .value, .odd { display: none; }
  .plot { transform: translate(704px) scale(.94, 1) translate(-704px); }
  .tick { transform: translate(36px); }
  .above { transform: translate(0, 5px); }
}
</style>
<g class="plot">
<rect class="band" x="76" y="{{BAND_TOP}}" width="628" height="{{BAND_HEIGHT}}"/>
{{#TICK}}<path class="grid" d="M76 {{Y}}h628"/>
{{/TICK}}
<path class="axis" d="M76 214h628"/>
{{#BAR}}<rect class="bar{{#OUTSIDE}} outside{{/OUTSIDE}}" x="{{X}}" y="{{Y}}" width="{{WIDTH}}" height="{{HEIGHT}}"/><text class="value middle{{#OUTSIDE}} outside{{/OUTSIDE}}" x="{{X2}}" y="{{Y2}}">{{LABEL}}</text><text class="digit name" x="{{X2}}" y="424">{{DIGIT}}</text>
{{/BAR}}
</g>
{{#TICK}}<text class="soft end tick{{#ODD}} odd{{/ODD}}" x="68" y="{{Y}}" dy=".35em">{{LABEL}}</text>
{{/TICK}}
<text class="soft above" x="76" y="18">[[more than expected ↑ · ↓ fewer]]</text>
<rect class="band" x="76" y="438" width="26" height="15"/>
<text class="soft wide" x="110" y="452">[[95 of 100 counts made by chance lie in this band]]</text>
<text class="soft narrow" x="110" y="454">[[by chance 95 of 100 lie in this band]]</text>
</svg>
