{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.band { fill: var(--tint); }
.bar { fill: var(--accent); }
.bar.outside { fill: var(--strong); }
.value { font-size: 15px; }
.value.outside { font-weight: 700; }
.name { font-size: 20px; }
</style>
<rect class="band" x="76" y="{{BAND_TOP}}" width="628" height="{{BAND_HEIGHT}}"/>
{{#TICK}}<path class="grid" d="M76 {{Y}}h628"/><text class="soft end" x="68" y="{{Y}}" dy=".35em">{{LABEL}}</text>
{{/TICK}}
<path class="axis" d="M76 214h628"/>
{{#BAR}}<rect class="bar{{#OUTSIDE}} outside{{/OUTSIDE}}" x="{{X}}" y="{{Y}}" width="{{WIDTH}}" height="{{HEIGHT}}"/><text class="value middle{{#OUTSIDE}} outside{{/OUTSIDE}}" x="{{X2}}" y="{{Y2}}">{{LABEL}}</text><text class="digit name" x="{{X2}}" y="424">{{DIGIT}}</text>
{{/BAR}}
<text class="soft" x="76" y="18">[[more than expected ↑ · ↓ fewer]]</text>
<rect class="band" x="76" y="438" width="26" height="15"/>
<text class="soft" x="110" y="452">[[95 of 100 counts made by chance lie in this band]]</text>
</svg>
