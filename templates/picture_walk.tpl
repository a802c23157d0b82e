{{%AUTOESCAPE context="XML"}}
{{>PICTURE_HEAD}}
<style>
.piece { fill: none; stroke-width: 1.3; stroke-linejoin: round; }
.circle { fill: none; stroke: var(--soft); stroke-dasharray: 3 5; }
.point { fill: var(--ink); stroke: var(--paper); stroke-width: 2; }
.mark { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.direction { font-size: 15px; }
@media (max-width: 520px) {
  .around { transform: translate(84px, 84px) scale(1.3); }
  .direction { font-size: 18px; }
}
@media (max-width: 330px) {
  .direction { font-size: 21px; }
}
.compass { stroke: var(--soft); fill: none; }
.p0 { stroke: #501d7a; }
.p1 { stroke: #423b9a; }
.p2 { stroke: #185aae; }
.p3 { stroke: #0076a3; }
.p4 { stroke: #008e9e; }
.p5 { stroke: #00a599; }
.p6 { stroke: #1dbd83; }
.p7 { stroke: #81c866; }
.p8 { stroke: #c4cf50; }
.p9 { stroke: #fed252; }
@media (prefers-color-scheme: dark) {
  .p0 { stroke: #9a74cf; }
  .p1 { stroke: #8583df; }
  .p2 { stroke: #5b93e6; }
}
</style>
<circle class="circle" cx="{{X}}" cy="{{Y}}" r="{{RADIUS}}"/>
{{#PIECE}}<path class="piece p{{KIND}}" d="{{PATH}}"/>
{{/PIECE}}
{{#START}}<circle class="point" cx="{{X}}" cy="{{Y}}" r="5.5"/><text class="mark" x="{{X2}}" y="{{Y}}" dy=".35em">[[start]]</text>{{/START}}
{{#END}}<rect class="point" x="-5" y="-5" width="10" height="10" transform="translate({{X}} {{Y}})"/><text class="mark{{#LEFTWARDS}} end{{/LEFTWARDS}}" x="{{X2}}" y="{{Y}}" dy=".35em">[[end]]</text>{{/END}}
<g class="around" transform="translate(64 64)">
{{#DIRECTION}}<path class="compass" d="M0 0L{{X2}} {{Y2}}"/><text class="digit soft direction" x="{{X}}" y="{{Y}}" dy=".35em">{{DIGIT}}</text>
{{/DIRECTION}}
</g>
</svg>
