/* Byte signatures for uploaded text files and the beginning of other files.
   The name of a rule, with hyphens, is an id of miniapps/bundle/rules.py;
   rules that begin with hint_ only decide whether another scanner has work to do,
   rules that begin with speaks_ name the messenger whose interface a file uses. */

rule content_executable {
  strings:
    $mz = { 4D 5A }
    $dos = "This program cannot be run in DOS mode"
    $elf = { 7F 45 4C 46 }
  condition:
    ($mz at 0 and $dos) or $elf at 0
}

rule content_server_side {
  strings:
    $php = /<\?php\s/ nocase
    $jsp = /<%@\s*page\s/ nocase
  condition:
    any of them
}

rule code_hidden {
  strings:
    $eval = /\beval\s{0,20}\(\s{0,20}(window\s{0,5}\.\s{0,5})?(atob|unescape|decodeURIComponent)\s{0,20}\(/
    $function = /\bFunction\s{0,20}\(\s{0,20}(window\s{0,5}\.\s{0,5})?(atob|unescape)\s{0,20}\(/
    $packer = "eval(function(p,a,c,k,e,"
  condition:
    any of them
}

rule code_miner {
  strings:
    $hive = "coinhive" nocase
    $miner = /\bnew\s+(CoinHive|CryptoLoot|Client|CRLT|deepMiner)\s*\.\s*(Anonymous|User|Token)\s*\(/
    $loot = "cryptoloot" nocase
    $pool = /stratum\+(tcp|ssl):\/\//
    $night = "cryptonight" nocase
    $xmr = "moneroocean" nocase
  condition:
    any of them
}

rule secret_private_key {
  strings:
    $pem = /-----BEGIN ((RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY( BLOCK)?-----[\r\n\\n\s]{1,8}[A-Za-z0-9+\/=:\- ]{16}/
  condition:
    $pem
}

rule hint_secret {
  strings:
    $aws = /(A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{16}/
    $github = /gh[pousr]_[A-Za-z0-9_]{36}/
    $gitlab = "glpat-"
    $slack = /xox[abporsABPORS]-[0-9A-Za-z]/
    $hook = "hooks.slack.com/services/"
    $stripe = /[rs]k_live_[0-9A-Za-z]{24}/
    $sendgrid = /SG\.[A-Za-z0-9_-]{22}\./
    $npm = /\/\/.{1,60}:_authToken=/
    $pypi = "pypi-AgE"
    $openai = /sk-[A-Za-z0-9_-]{20,60}T3BlbkFJ/
    $square = "sq0csp-"
    $bot = /[0-9]{8,10}:[0-9A-Za-z_-]{35}/
    $barnamak = /bnk_[0-9A-Za-z_]{16}/
  condition:
    any of them
}

/* A script in which none of these words stands cannot break a rule, so it need not be parsed. */
rule hint_script {
  strings:
    $eval = /\b(eval|execScript)\b/
    $function = /\bFunction\s{0,50}\(/
    $timer = /\bset(Timeout|Interval)\s{0,50}\(\s{0,50}(\/\*.{0,100}\*\/)?["'`]/
    $write = /\bwrite(ln)?\b/
    $worker = /\b(serviceWorker|Worker|SharedWorker|importScripts|WebAssembly)\b/
    $rtc = "RTCPeerConnection"
    $dialog = /\b(alert|confirm|prompt)\s{0,50}\(/
    $frame = /\b(top|parent)\s{0,50}\.\s{0,50}location\b/
    $global = /\b(window|self|globalThis)\s{0,50}(\[|\.\s{0,50}open\b)/
    $remote = /\b(import|from)\s{0,50}\(?\s{0,50}["'`](https?:)?\/\/[A-Za-z0-9]/
  condition:
    any of them
}

rule hint_network {
  strings:
    $url = /["'`]((http|ws)s?:)?\/\/[A-Za-z0-9]/
    $fetch = /\bfetch\b/
    $open = /\.\s{0,50}open\s{0,50}\(/
    $socket = /\b(WebSocket|EventSource|WebTransport|sendBeacon)\b/
    $base = /\bbaseU(RL|rl)\b/
  condition:
    $url and any of ($fetch, $open, $socket, $base)
}

rule speaks_telegram {
  strings:
    $app = /Telegram\s{0,20}\??\.\s{0,20}WebApp/
    $wire = /\b(TelegramWebviewProxy|tgWebAppData|tgWebAppVersion|web_app_ready)\b/
  condition:
    any of them
}

rule speaks_bale {
  strings:
    $app = /Bale\s{0,20}\??\.\s{0,20}WebApp\b/
  condition:
    $app
}

rule speaks_barnamak {
  strings:
    $member = /\bbarnamak\s{0,20}\??\.\s{0,20}(ready|close|expand|launch|user|theme|viewport|getToken|storage|mainButton|backButton|popup|alert|confirm|on|openLink|haptic|connected|capabilities)\b/
    $wire = "miniapp:hello"
  condition:
    any of them
}
