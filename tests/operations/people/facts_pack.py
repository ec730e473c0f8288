"""The claims pack, whose judge says things about people."""

FACTS = """
[[form.judge.fields]]
name = "what"
type = "text"
required = false
label = { en = "What became known" }

[[form.judge.fields]]
name = "who"
type = "text"
required = false
label = { en = "Of whom" }

[[form.judge.fields]]
name = "score"
type = "number"
required = false
label = { en = "Score" }

[[form.judge.fields]]
name = "tongue"
type = "text"
required = false
label = { en = "Language" }

[[fact]]
at = "judge"
means = "joined"
when = 'what = "joins"'
person = "who"
name = "who"
employer = '"Beta"'
serves = '"Acme"'
country = '"ID"'
time_zone = '"Asia/Jakarta"'
languages = '{en: "B2"}'
skills = '["claims"]'
wage = "8.50"
currency = '"USD"'

[[fact]]
at = "judge"
means = "test"
when = 'what = "tested" or what = "joins" and score != null'
person = "who"
kind = '"writing"'
language = 'if tongue = null then "en" else tongue'
score = "score"
pass_mark = "70"

[[fact]]
at = "judge"
means = "certificate"
when = 'what = "trained"'
person = "who"
certificate = '"claims-desk"'
valid = 'if hours = null then @"P1Y" else duration("PT" + string(hours) + "H")'

[[fact]]
at = "judge"
means = "withdrawn"
when = 'what = "fails"'
person = "who"
certificate = '"claims-desk"'
reason = '"failed an audit"'

[[fact]]
at = "judged"
means = "certificate"
when = 'what = "ends"'
person = "who"
certificate = '"claims-desk"'
valid = '@"P6M"'
"""
