{{%AUTOESCAPE context="HTML"}}
</main>
<footer class="bottom">
<p>[[Digits are cut off, never rounded. Position 1 is the first digit after the point.]]</p>
<p><a href="/api/v1/computations">[[JSON API]]</a> · <a href="/v1/pi?start=0&amp;numberOfDigits=100">[[Digits as JSON]]</a></p>
</footer>
<template id="end"></template>
</body>
</html>
