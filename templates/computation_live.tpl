{{%AUTOESCAPE context="HTML"}}
<section id="live-answer" class="card answer" data-status="{{STATUS}}">
{{#ANSWER}}
<p class="digit-line"><strong class="giant" id="digit">{{DIGIT}}</strong>{{#WINDOW}}<span class="window" role="group" aria-label="[[the digits after it]]">{{#GROUP}}<span>{{DIGITS}}</span> {{/GROUP}}…</span>{{/WINDOW}}</p>
{{/ANSWER}}
<p class="status"><span class="badge">{{STATUS_TEXT}}</span>{{#RUNNING}} <progress max="1" value="{{PROGRESS}}">{{PERCENT}} %</progress> <span class="work">{{PERCENT}} %{{#DOING}} · {{PHASE}}{{#SPEED}} · <span class="rate">{{RATE}}</span>{{/SPEED}}{{/DOING}}{{#TIME_LEFT}} · <span class="eta">{{ETA}}</span>{{/TIME_LEFT}}</span>{{/RUNNING}}{{#PLACED}} <span class="work">{{PLACE}}</span>{{/PLACED}}{{#WAITS}} <span class="work">{{WAITING}}</span>{{/WAITS}}{{#WISH}} <span class="work">{{WANTED}}</span>{{/WISH}}</p>
{{#FAILED}}<p class="error"{{#ENGLISH}} lang="en"{{/ENGLISH}}>{{MESSAGE}}</p>{{/FAILED}}
<p class="links">{{#LINK}}<a class="button" href="{{PI_PATH}}">[[π up to this digit]]</a> {{/LINK}}{{#COMPARABLE}}<a class="button quiet" href="/computations/{{ID}}/compare">[[Compare with another algorithm]]</a>{{/COMPARABLE}}{{#ANSWER}} <a class="button quiet" href="/computations/{{ID}}.txt">[[Report]]</a>{{/ANSWER}}{{#NO_OTHER}} <span class="hint">[[No other algorithm of this site can compute this digit.]]</span>{{/NO_OTHER}}</p>
</section>
<section id="live-stream">
{{#STREAM}}
<h2>[[The digits so far]]</h2>
<p>{{MESSAGE}} <strong class="unverified">[[They are not verified yet.]]</strong></p>
{{#REST}}<p class="hint">{{MESSAGE}}</p>{{/REST}}
<div class="stream" role="group" aria-label="[[the digits so far]]">{{#LEAD}}<span>3.</span> {{/LEAD}}{{#GROUP}}<span>{{DIGITS}}</span> {{/GROUP}}</div>
{{/STREAM}}
</section>
<section id="live-stages">
<h2>[[Stages]]</h2>
<ol class="stages">
{{#STAGE}}<li class="{{STATE}}" data-stage="{{NAME}}"><span class="name">{{LABEL}}</span>{{#REACHED}} <time datetime="{{TIME}}">{{TIME_TEXT}}</time> <span class="took">{{TOOK}}</span>{{#BAR}}<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect x="{{FROM}}" width="{{WIDTH}}" height="1"></rect></svg>{{/BAR}}{{/REACHED}}{{#WORK}}
<ol class="phases">
{{#PHASES}}<li class="{{STATE}}"{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{LABEL}}</li>
{{/PHASES}}
</ol>
{{/WORK}}</li>
{{/STAGE}}
</ol>
</section>
<section id="live-facts">
<h2>{{#ANSWER}}[[How it was done]]{{/ANSWER}}{{#NO_ANSWER}}[[The work so far]]{{/NO_ANSWER}}</h2>
{{#FACTS}}
<dl class="facts">
<div><dt>[[Algorithm]]</dt><dd>{{ALGORITHM}}{{#CHOSEN}} ([[chose]] {{METHOD}}){{/CHOSEN}}</dd></div>
{{#ANSWERED_BY}}<div><dt>[[Answered by]]</dt><dd><a href="/computations/{{ID}}">[[computation]] {{ID}}</a></dd></div>{{/ANSWERED_BY}}
{{#WALL}}<div><dt>[[Time]]</dt><dd>{{VALUE}}</dd></div>{{/WALL}}
{{#CPU}}<div><dt>[[CPU time]]</dt><dd>{{VALUE}}</dd></div>{{/CPU}}
{{#SPEED}}<div><dt>[[Speed]]</dt><dd>{{VALUE}}</dd></div>{{/SPEED}}
{{#PEAK}}<div><dt>[[Peak memory]]</dt><dd>{{VALUE}}</dd></div>{{/PEAK}}
{{#WORKER}}<div class="wide"><dt>[[Worker]]</dt><dd>{{VALUE}}</dd></div>{{/WORKER}}
{{#ATTEMPTS}}<div><dt>[[Attempts]]</dt><dd>{{VALUE}}</dd></div>{{/ATTEMPTS}}
{{#VERIFIED}}<div class="wide"><dt>[[Checked]]</dt><dd class="verified">{{VALUE}}</dd></div>{{/VERIFIED}}
{{#NOT_CHECKED}}<div><dt>[[Checked]]</dt><dd class="verified none">[[not checked]]</dd></div>{{/NOT_CHECKED}}
</dl>
{{/FACTS}}
</section>
<section id="live-check">
{{#CHECK}}
<h2>[[Why this is right]]</h2>
<ol class="steps">
{{#STEP}}<li><p>{{MESSAGE}}</p>{{#WHY}}<p class="why"><b>[[Why that convinces:]]</b> {{MESSAGE}}</p>{{/WHY}}</li>
{{/STEP}}
</ol>
{{/CHECK}}
</section>
<section id="live-offer">
{{>OFFERS}}
</section>
<section id="live-events">
<h2>[[History]]</h2>
<ol class="events">
{{#EVENT}}<li><time datetime="{{TIME}}">{{TIME_TEXT}}</time> <span class="name">{{LABEL}}</span> <span class="detail"{{#ENGLISH}} lang="en"{{/ENGLISH}}>{{MESSAGE}}</span></li>
{{/EVENT}}
</ol>
</section>
<section id="live-actions" class="actions">
{{#ACTIONS}}
{{#CAN_CANCEL}}<form method="post" action="/computations/{{ID}}/cancel"><input type="hidden" name="csrf" value="{{CSRF}}"><button>[[Cancel]]</button></form>{{/CAN_CANCEL}}
{{#CAN_RETRY}}<form method="post" action="/computations/{{ID}}/retry"><input type="hidden" name="csrf" value="{{CSRF}}"><button>[[Try again]]</button></form>{{/CAN_RETRY}}
<a class="button quiet" href="/computations/{{ID}}/delete">[[Delete…]]</a>
{{/ACTIONS}}
</section>
