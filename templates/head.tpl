{{%AUTOESCAPE context="HTML"}}
<!doctype html>
<html lang="@LANG@">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{TITLE}} · nthpi</title>
<meta name="description" property="og:description" content="[[Any digit of π, decimal or hexadecimal: computed when it is asked for, and checked before it is shown.]]">
<meta property="og:title" content="{{TITLE}}">
<meta name="theme-color" content="#fbf9f4" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#15181a" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="@STATIC:nthpi.css@">
{{#WHOLE}}
<link rel="expect" href="#end" blocking="render">
{{/WHOLE}}
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
<nav class="site" aria-label="[[Site]]"><a href="/"{{#AT_LIST}} aria-current="page"{{/AT_LIST}}{{#BELOW_LIST}} aria-current="true"{{/BELOW_LIST}}>[[Computations]]</a> <a href="/search"{{#AT_SEARCH}} aria-current="page"{{/AT_SEARCH}}>[[Search]]</a> <a href="/pictures"{{#AT_PICTURES}} aria-current="page"{{/AT_PICTURES}}>[[Pictures]]</a> <a href="/api"{{#AT_API}} aria-current="page"{{/AT_API}}>[[API]]</a></nav>
<p class="connection" id="connection" hidden data-live="[[live]]" data-lost="[[reconnecting…]]"></p>
<form class="language" method="post" action="/language/en{{#TYPED}}?position={{POSITION:url_query_escape}}&amp;radix={{RADIX:url_query_escape}}&amp;algorithm={{ALGORITHM:url_query_escape}}{{/TYPED}}"><button lang="en">English</button></form>
<form class="language" method="post" action="/language/ru{{#TYPED}}?position={{POSITION:url_query_escape}}&amp;radix={{RADIX:url_query_escape}}&amp;algorithm={{ALGORITHM:url_query_escape}}{{/TYPED}}"><button lang="ru">Русский</button></form>
</header>
<main id="main" tabindex="-1">
