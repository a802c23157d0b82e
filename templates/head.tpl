{{%AUTOESCAPE context="HTML"}}
<!doctype html>
<html lang="@LANG@">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{TITLE}} · nthpi</title>
<link rel="stylesheet" href="@STATIC:nthpi.css@">
<link rel="icon" href="@STATIC:icon.svg@" type="image/svg+xml">
<script src="@STATIC:live.js@" defer></script>
{{#REFRESH}}
<noscript><meta http-equiv="refresh" content="10; url={{PAGE_URL}}"><link rel="stylesheet" href="@STATIC:noscript.css@"></noscript>
{{/REFRESH}}
</head>
<body>
<a class="skip" href="#main">[[Skip to the content]]</a>
<header class="top">
<a class="brand" href="/"><span class="pi-sign" aria-hidden="true">π</span><span class="brand-name">nthpi</span></a>
<p class="tagline">[[What is the <i>n</i>-th digit of π?]]</p>
<nav class="site" aria-label="[[Site]]"><a href="/">[[Computations]]</a> <a href="/search">[[Search]]</a> <a href="/pictures">[[Pictures]]</a> <a href="/api">[[API]]</a></nav>
<p class="connection" id="connection" hidden data-live="[[live]]" data-lost="[[reconnecting…]]"></p>
<form class="language" method="post" action="/language/en"><button lang="en">English</button></form>
<form class="language" method="post" action="/language/ru"><button lang="ru">Русский</button></form>
</header>
<main id="main" tabindex="-1">
