{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.band { fill: var(--tint); }
.bar { fill: var(--accent); }
.bar.outside { fill: var(--strong); }
.value { font-size: 12px; }
.value.outside { font-weight: 700; }
.name { font-size: 17px; }
</style>
<rect class="band" x="76" y="{{BAND_TOP}}" width="628" height="{{BAND_HEIGHT}}"/>
{{#TICK}}<path class="grid" d="M76 {{Y}}h628"/><text class="soft end" x="68" y="{{Y}}" dy=".35em">{{LABEL}}</text>
{{/TICK}}
<path class="axis" d="M76 212h628"/>
{{#BAR}}<rect class="bar{{#OUTSIDE}} outside{{/OUTSIDE}}" x="{{X}}" y="{{Y}}" width="{{WIDTH}}" height="{{HEIGHT}}"/><text class="value middle{{#OUTSIDE}} outside{{/OUTSIDE}}" x="{{X2}}" y="{{Y2}}">{{LABEL}}</text><text class="digit name" x="{{X2}}" y="422">{{DIGIT}}</text>
{{/BAR}}
<text class="soft" x="76" y="16">[[more than expected ↑ · ↓ fewer]]</text>
<rect class="band" x="76" y="436" width="22" height="13"/>
<text class="soft" x="105" y="447">[[95 of 100 counts made by chance lie in this band]]</text>
</svg>
