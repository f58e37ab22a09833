/* Byte signatures for uploaded text files and the beginning of other files.
   The name of a rule, with hyphens, is an id of miniapps/bundle/rules.py;
   rules that begin with hint_ only decide whether another scanner has work to do. */

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
