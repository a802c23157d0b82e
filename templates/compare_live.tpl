{{%AUTOESCAPE context="HTML"}}
<section id="live-verdict" class="card verdict {{STATE}}">
<p class="headline">{{MESSAGE}}</p>
</section>
<section id="live-results">
<div class="results" role="region" tabindex="0" aria-label="[[Results side by side]]">
<table class="compared">
<thead>
<tr><td></td>{{#COMPARED}}<th scope="col"><a href="/computations/{{ID}}">{{ALGORITHM}}</a></th>{{/COMPARED}}</tr>
</thead>
<tbody>
<tr><th scope="row">[[Status]]</th>{{#COMPARED}}<td class="status" data-status="{{STATUS}}"><span class="badge">{{STATUS_TEXT}}</span>{{#RUNNING}} <progress max="1" value="{{PROGRESS}}">{{PERCENT}} %</progress> <span class="work">{{PERCENT}} %{{#DOING}} · {{PHASE}}{{#SPEED}} · <span class="rate">{{RATE}}</span>{{/SPEED}}{{/DOING}}{{#TIME_LEFT}} · <span class="eta">{{ETA}}</span>{{/TIME_LEFT}}</span>{{/RUNNING}}{{#WAITS}} <span class="work">{{WAITING}}</span>{{/WAITS}}{{#WISH}} <span class="work">{{WANTED}}</span>{{/WISH}}{{#FAILED}} <span class="error"{{#ENGLISH}} lang="en"{{/ENGLISH}}>{{MESSAGE}}</span>{{/FAILED}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Digit]]</th>{{#COMPARED}}<td>{{#ANSWER}}<strong class="large">{{DIGIT}}</strong>{{#AGREES}} <span class="agrees"><span aria-hidden="true">✓</span> [[the same]]</span>{{/AGREES}}{{#DIFFERS}} <span class="differs"><span aria-hidden="true">✗</span> [[not the same]]</span>{{/DIFFERS}}{{/ANSWER}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Digits from there on]]</th>{{#COMPARED}}<td>{{#WINDOW}}<span class="digits">{{#GROUP}}<span class="{{STATE}}">{{DIGITS}}</span> {{/GROUP}}</span>{{/WINDOW}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Method]]</th>{{#COMPARED}}<td>{{METHOD}}{{#CHOSEN}} [[(chosen by auto)]]{{/CHOSEN}}{{#ANSWERED_BY}} (<a href="/computations/{{ID}}">[[computation]] {{ID}}</a>){{/ANSWERED_BY}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Time]]</th>{{#COMPARED}}<td>{{#WALL}}{{VALUE}}{{/WALL}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[CPU time]]</th>{{#COMPARED}}<td>{{#CPU}}{{VALUE}}{{/CPU}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Speed]]</th>{{#COMPARED}}<td>{{#SPEED}}{{VALUE}}{{/SPEED}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Peak memory]]</th>{{#COMPARED}}<td>{{#PEAK}}{{VALUE}}{{/PEAK}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Attempts]]</th>{{#COMPARED}}<td>{{#ATTEMPTS}}{{VALUE}}{{/ATTEMPTS}}</td>{{/COMPARED}}</tr>
<tr><th scope="row">[[Checked]]</th>{{#COMPARED}}<td class="small">{{#VERIFIED}}{{VALUE}}{{/VERIFIED}}{{#NOT_CHECKED}}[[not checked]]{{/NOT_CHECKED}}</td>{{/COMPARED}}</tr>
</tbody>
</table>
</div>
</section>
<section id="live-offer">
{{>OFFERS}}
{{#IMPOSSIBLE}}<p class="hint">{{MESSAGE}}</p>
{{/IMPOSSIBLE}}
</section>
