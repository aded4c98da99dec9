# What is said to committees, holders, auditors and visitors. Each entry stands in every language, with
# the same blanks and parts: `why` it matters, what to `write` instead, where to look for `help`.

## Labels

label-why = why:  
label-write = write:
not-loaded = the files were not loaded; findings: { $count }
further-findings = and { $count } more

## Files

file-not-known = the file is not known
    .why = a rule in a file that nothing reads protects nobody
    .write = <take it out of the folder, or give it the name it was meant to have: { $names }, profiles/<name>.toml>
file-missing = the file is missing
    .why = a set of policies is loaded whole or not at all
    .write = <a file { $file }; the folders shipped with this program hold an example>
folder-unreadable = the folder `{ $folder }` cannot be read: { $error }
    .why = a set of policies is loaded whole or not at all
    .write = <a folder of regular files that this process may read>
folder-unlisted = the folder cannot be listed: { $error }
    .why = a set of policies is loaded whole or not at all
    .write = <a folder of regular files that this process may read>
file-name-not-utf-8 = a file's name is not UTF-8
    .why = a set of policies is loaded whole or not at all
    .write = <the same file under a name in ASCII letters>
file-unreadable = the file cannot be read: { $error }
    .why = a set of policies is loaded whole or not at all
    .write = <a regular file that this process may read>
folder-not-known = the folder is not known
    .why = a rule in a file that nothing reads protects nobody
    .write = <only the sub-folders profiles and signatures>
file-strange = this is a pipe or a device, or a link that leads out of the folder
    .why = what is read must be what was reviewed, signed and copied: files of this folder
    .write = <a file>
file-too-large = the file is larger than 64 MiB
    .why = policy files are small; a file of this size was put here by mistake
    .write = <a file of rows that people wrote>
lone-carriage-return = a line ends in a carriage return alone
    .why = some programs end a line there and others do not: what stands behind it can be lost
    .write = <the file, saved with line ends of LF or CRLF>
not-utf-8-but-utf-16 = the file is UTF-16, not UTF-8
    .why = bytes read in the wrong encoding turn one name into another, so that a rule no longer meets whom it is about
    .write = <the same file, saved as CSV UTF-8 (Excel) or with encoding UTF-8 (LibreOffice, editors)>
not-utf-8-but-shift-jis = the file is not UTF-8; it is likely Shift-JIS, as spreadsheets on Japanese Windows save it
    .why = bytes read in the wrong encoding turn one name into another, so that a rule no longer meets whom it is about
    .write = <the same file, saved as CSV UTF-8 (Excel) or with encoding UTF-8 (LibreOffice, editors)>
not-utf-8-but-latin = the file is not UTF-8; it is likely Windows-1252 or Latin-1
    .why = bytes read in the wrong encoding turn one name into another, so that a rule no longer meets whom it is about
    .write = <the same file, saved as CSV UTF-8 (Excel) or with encoding UTF-8 (LibreOffice, editors)>

## Tables

no-csv = the file is no CSV
    .why = casbin drops a rule of the wrong length, or fails every decision on it; a deny that is dropped denies nothing
file-empty = the file is empty
    .why = without rules nobody can say what was meant: an empty table is a lost one until it is written down
file-without-rows = the file has a header and no row
    .why = without rules nobody can say what was meant: an empty table is a lost one until it is written down
not-separated-by-commas = the columns are separated by semicolons or tabs, not by commas
    .why = casbin drops a rule of the wrong length, or fails every decision on it; a deny that is dropped denies nothing
column-not-known = the column `{ $column }` is not known
    .why = a column that is not known is a condition somebody meant and nothing checks; one that is missing leaves a condition open
column-twice = the column `{ $column }` stands twice
    .why = a column that is not known is a condition somebody meant and nothing checks; one that is missing leaves a condition open
column-missing = the column `{ $column }` is missing
    .why = a column that is not known is a condition somebody meant and nothing checks; one that is missing leaves a condition open
comment-behind-a-row = a `#` stands in the row
    .why = casbin reads a comment behind a rule as part of it: a deny with a comment is another word, and denies nothing; a comment is a line of its own that begins with #
cell-over-several-lines = a cell runs over more than one line
    .why = a quote that is not closed swallows the lines that follow, and the rules on them
row-with-full-width-mark = the row has { $found } cells and the header { $meant }; the full-width `{ $mark }` ({ $code }) separates nothing
    .why = casbin drops a rule of the wrong length, or fails every decision on it; a deny that is dropped denies nothing
row-of-another-length = the row has { $found } cells and the header { $meant }
    .why = casbin drops a rule of the wrong length, or fails every decision on it; a deny that is dropped denies nothing
in-column = column `{ $column }`: { $slip }

## Cells

full-width-character = the full-width or styled character `{ $odd }` ({ $code }) stands in `{ $text }`
    .why = casbin compares bytes: a look-alike is another name, so an allow misses its person and a deny bars nobody
mixed-scripts = a letter of another script among Latin ones, `{ $odd }` ({ $code }) stands in `{ $text }`
    .why = casbin compares bytes: a look-alike is another name, so an allow misses its person and a deny bars nobody
    .write = <{ $kept } in ASCII letters>
character-not-plain = the character `{ $odd }` ({ $code }) stands in `{ $text }`
    .why = casbin compares bytes: a look-alike is another name, so an allow misses its person and a deny bars nobody
    .write = <{ $kept } in ASCII letters>
character-not-seen = a character that cannot be seen ({ $code }) stands in `{ $text }`
    .why = two names that look the same on the screen are not the same, and nobody can tell which one a rule means
cell-empty = the cell is empty
    .why = whoever reviews these files must see what a row is about
    .write = <in words>
list-empty = a list is empty
    .why = an empty list could be read as nothing or as everything
    .write = <one or more, separated by ;>
none-of-the-words = `{ $text }` is none of { $words }
    .why = a row with a word that is not known says nothing: left out, it would no longer deny, or no longer keep somebody out
    .write = <{ $words }>
rule-of-names = a name is 1 to 40 of a-z, 0-9 and -
rule-of-projects = a project is 1 to 40 of A-Z, a-z, 0-9 and -
rule-of-columns = a column is 1 to 80 of A-Z, a-z, 0-9, _ and .
rule-of-people = a person is the URI of the certificate's subject alternative name, in a-z, A-Z, 0-9 and - . _ ~ / @ : +
name-length = `{ $text }` is empty or longer than { $longest } characters
    .why = { $rule }
    .write = <a name>
capital-in-name = `{ $odd }` stands in `{ $text }`
    .why = { $rule }; names are compared letter by letter
character-in-name = `{ $odd }` stands in `{ $text }`
    .why = { $rule }; patterns are not matched here, so that `malice` never meets a rule about `alice`
name-begins-with-a-mark = `{ $text }` does not begin with a letter or digit
    .why = { $rule }; spreadsheets read a leading mark as a formula
no-uri = `{ $text }` is no URI
    .why = the visitor is known by the URI of the certificate alone; any other name is never met
    .write = <spiffe://consortium.example/people/given-family>
no-country = `{ $text }` is no two-letter country code
    .why = whether data may be visited from a country is looked up by its ISO 3166-1 code, as JP, DE or GB
    .write = <country code>
day-missing = a day is missing
    .why = a right without an end is not granted by leaving a cell empty
    .write = <YYYY-MM-DD; 9999-12-31 for no end>
no-day = `{ $text }` is no day of the form YYYY-MM-DD
    .why = a day that is read otherwise than meant starts or ends a right on the wrong day
    .write = <YYYY-MM-DD>
no-number = `{ $text }` is no whole number
    .why = a limit that cannot be read is no limit
    .write = <a whole number in digits alone>
span-ends-before-it-begins = { $until } lies before the day in `{ $column }`, { $since }
    .why = a span that ends before it begins never holds: an allow in it is lost, and so is a deny
    .write = <a day from { $since } on>
embargo-too-long = `{ $text }` months are more than a century
    .why = an embargo that never ends is a dataset that nobody was meant to visit
    .write = <months>
no-tier-rule = `{ $text }` names not exactly one deepest tier
    .why = the tier rule of a dataset is its holder's word on how deep anybody may look; `members` beside it opens the overview to every member
    .write = <overview|detailed, and ;members if each member may plan with it>
no-purpose = `{ $text }` is none of { $words }|disease:MONDO:0000000
    .why = what the individuals consented to is compared with the purpose; one that is not known fits no consent
    .write = <{ $words }|disease:MONDO:0000000>
no-disease = `{ $text }` is no disease of MONDO
    .why = diseases are compared by their seven-digit MONDO id
    .write = <MONDO:0000000>
disease-obsolete = { $disease } is obsolete in MONDO; { $new } took its place
    .why = an obsolete disease is a kind of nothing: what is permitted for others is not found for it
no-consent-code = `{ $text }` is no consent code that is known here
    .why = a condition of the individuals' consent that is not read is not kept
    .write = <{ $words }>
code-without-limit = { $code } takes no further words, and `{ $limit }` stands behind it
    .why = a condition of the individuals' consent that is not read is not kept
codes-without-permission = `{ $text }` does not say for what
    .why = one code says what the individuals agreed to; without it, or with two that differ, any use would be a guess
    .write = <NRES|GRU|HMB|DS:MONDO:0000000|POA>;{ $text }
codes-with-two-permissions = `{ $text }` says more than once for what
    .why = one code says what the individuals agreed to; without it, or with two that differ, any use would be a guess
    .write = <one of NRES|GRU|HMB|DS:MONDO:0000000|POA, then the modifiers>
code-needs-no-judge = { $code } is decided by the files
    .why = a person judges only what files cannot tell; a judgement on anything else would be read by nobody
    .write = <a code whose condition was referred to you>
deny-of-a-part = `{ $text }` in a deny; a deny has `{ $meant }` for its { $column }
    .why = a deny bars its operations wholly; to leave something out, grant only the rest in the rows that allow
no-individual = no individual is named, or in characters that cannot be seen
    .why = consent is somebody's; a row of nobody would be lost
    .write = <the individual as the holder's tables name them, 200 bytes at most>
individual-stands-twice = the individual of this row stands already in line { $earlier }
    .why = of two rows about the same, one is changed one day and the other forgotten
    .write = <nothing: take this line out, or line { $earlier }>
no-rule = `{ $text }` is no rule that a reason can have
    .why = a test that waits for a reason which is never given can never hold
    .write = <a rule's name as `explain` shows it, or nothing>

## Files together

name-does-not-resolve = `{ $name }` does not stand in { $file }
    .why = a rule about a name that does not exist meets nobody: an allow is lost, and a deny bars nothing
    .write = <a name of { $file }>
name-stands-twice = the name stands already in line { $earlier }; names that differ in case alone are the same to a reader
    .why = of two rows about the same, one is changed one day and the other forgotten
    .write = <nothing: take this line out, or line { $earlier }>
row-stands-twice = the row stands already in line { $earlier }
    .why = of two rows about the same, one is changed one day and the other forgotten
    .write = <nothing: take this line out, or line { $earlier }>
two-bases = { $country } has a basis on the same days in line { $earlier }
    .why = of two rows about the same, one is changed one day and the other forgotten
    .write = <nothing: take this line out, or line { $earlier }>
two-judgements = line { $earlier } judges the same on the same days
    .why = which of the two holds would depend on the order of the lines
    .write = <nothing: take this line out, or line { $earlier }>
two-terms = line { $earlier } allows the same operation on the same days with other terms
    .why = which of the two holds would depend on the order of the lines
    .write = <the same row with days, or operations, that the other one leaves open>
too-many-rows-of-a-pair = more than { $most } rows for one project and dataset
    .why = each decision reads them all
    .write = <fewer rows with longer spans>
project-named-like-a-member = the project is called like the organisation in line { $earlier } of members.csv
    .why = an organisation's name in place of a project means that a member plans with an overview
    .write = <the same row with another name for the project, as P-0001>
tier-too-deep = the dataset may be granted up to `{ $tier }`
    .why = the tier rule of a dataset is its holder's word; a grant does not reach beyond it
profile-too-mild = `{ $profile }` is not as strict as the dataset's `{ $least }`
    .why = a grant may only withhold more than its dataset does
judge-not-of-the-committee = `{ $person }` has not the role `committee` in people.csv
    .why = what files cannot tell is judged by somebody who may decide for the consortium
    .write = <a person with the role committee>
code-not-of-the-dataset = { $dataset } has no { $code } among its consent codes
    .why = a judgement on a condition that is not there is read by nobody; the one that was meant stays open
    .write = <a code of the dataset that was referred to you>
default-profile-missing = the default profile `{ $profile }` has no file in profiles
    .why = a dataset that names no profile is released under this one
    .write = default_profile = "<a name of profiles/*.toml>"
casbin-takes-no-rules = casbin does not take the rules: { $error }
    .why = casbin decides; rules it does not take decide nothing
    .write = <report this set to the makers of this software; the set before it stays in force>
canary-stranger = a person whom nobody entered is not denied
    .why = a set is used only once it has answered rightly what cannot be in doubt
    .write = <report this set to the makers of this software; the set before it stays in force>
canary-deny = the deny bars nothing
    .why = a set is used only once it has answered rightly what cannot be in doubt
    .write = <report this set to the makers of this software; the set before it stays in force>
canary-nobody = no row allows anybody anything on any day
    .why = a set that denies everybody is a slip somewhere: a team, a status, a span of days, a country
    .write = <a row that allows, for a project with a team, an approval, an ethics approval and a country with a basis>
canary-nobody-because = no row allows anybody anything on any day; here, on { $day }: { $because } ({ $place })
    .why = a set that denies everybody is a slip somewhere: a team, a status, a span of days, a country
    .write = <a row that allows, for a project with a team, an approval, an ethics approval and a country with a basis>
test-of-no-day = on { $day } nothing can be decided
    .why = a test that cannot fail tests nothing
    .write = <a day that the requests of people can have>
test-does-not-hold = the test waits for `{ $expected }` ({ $rule }), and these files say `{ $found }` ({ $reasons })
    .why = a test is what the committee wrote down beforehand; files that answer otherwise are not loaded
    .write = <the same row with the answer that is meant, or the files mended: `explain` shows each rule>

## Pages

page-of-a-consortium = { $error }
    .why = days begin and end at the consortium's midnight, and a dataset without a profile takes the default one
    .write = <name, time_zone and default_profile; if need be overview_queries and the table signing; nothing else>
page-of-a-holder = { $error }
    .why = days begin and end at the holder's midnight, and its name is the one that collected the data
    .write = <name and time_zone; if need be the table signing; nothing else>
no-time-zone = `{ $text }` is no time zone
    .why = days begin and end at midnight in it
    .write = time_zone = "Asia/Tokyo"
no-key = what stands for `{ $name }` is no minisign public key
    .why = a signature that nobody can check is no signature
    .write = { $name } = "<the second line of the .pub file, which begins with RW>"
key-twice = the key of `{ $name }` stands twice
    .why = one person with two names would sign for two
    .write = <nothing: take one of the two out>
signatures-impossible = { $threshold } signatures are asked for, of { $keys } keys
    .why = with none anybody may change the policies, with too many nobody can
    .write = threshold = <1 to the number of keys>

## Profiles

profile-unreadable = { $error }
    .why = a dataset is released under the profile it names; one that cannot be read protects nothing
    .write = <name, source, threshold, rounding_base, sum_significant_digits, dominance_top2_percent, dominance_rest_percent; if need be mechanism, allow_full_cells and the tables cell_key, dp, exposure and channel: each as in policies/consortium/profiles>
profile-named-otherwise = the profile calls itself `{ $name }` and its file `{ $file }`
    .why = a dataset is released under the profile it names; one that cannot be read protects nothing
    .write = name = "{ $file }"
profile-without-source = the profile does not say where its figures come from
    .why = whoever reviews a profile must be able to look up why its figures protect
    .write = source = "<the guideline it follows>"
range-threshold-low = a threshold of { $value } hides nobody
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = threshold = 10
range-threshold-high = a threshold of more than 1000000 shows nothing
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = threshold = 10
range-rounding-base-none = a rounding base of 0 has no multiples
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = rounding_base = 5
range-rounding-base-high = a rounding base of { $value } is beyond 1000
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = rounding_base = 5
range-digits = no number has { $value } significant digits
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = sum_significant_digits = <0 to 15>
range-dominance-top2 = `dominance_top2_percent` is { $value }, not 1 to 100 percent
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = dominance_top2_percent = <1 to 100>
range-dominance-rest = `dominance_rest_percent` is { $value }, not 1 to 100 percent
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = dominance_rest_percent = <1 to 100>
range-reach = counts cannot be moved by { $value }, or not at all
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = reach = <1 to 100>
range-small = counts up to { $value } cannot be left out
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = small = <0 to 18>
range-variance = no noise has the variance { $value } with this reach and these small counts left out
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = variance = <above 0, at least the largest i·(small + 1 − i), below reach>
range-magnitude = sums would be perturbed by { $value }: not at all, or beyond themselves
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = magnitude = <above 0, at most 1>
range-rho-statistic = budgets are counted in units of 1e-9, and { $value } is less
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = rho_statistic = 0.005
range-rho-project = with { $value } a project could not ask a single statistic
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = rho_project = 0.25
range-rho-dataset = { $value } is less than a project's budget, or more than 100
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = rho_dataset = 1.0
range-groups = an individual counts in 1 to 100 groups, not in { $value }
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = groups = 3
range-delta = a delta of { $value } is none, or shows groups of one too often
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = delta = 1e-9
range-rows = 1 to 1000 rows of an individual count in a group, not { $value }
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = rows = 10
range-cap = a cap of { $value } is not above 0 and at most 1000000
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = cap = 0.25
range-project-share = a share of { $value } is not above 0 and at most 1
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = project_share = 0.1
range-cap-not-approved = a cap of { $value } says who approved it
    .why = above 0.25 a membership test succeeds more often than the committee's default lets it
    .write = approved_by = "<who approved the cap, and when>"
range-publication-not-approved = a profile under which frequencies are published says who approved that
    .why = what is published can never be taken back, and tells of everybody in the dataset
    .write = approved_by = "<who approved the publication, and when>"
range-tick = the first tick is after 1 to 60000 milliseconds, or 0 for none, not { $value }
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = tick_ms = 10
range-factor = a tick is 2 to 16 times as late as the one before, not { $value }
    .why = a dataset is released under the profile it names; one that is out of range protects nothing
    .write = factor = 2

## Warnings

grant-over = the row is over since { $until }
    .why = it gives nobody anything any more; leave it for those who audit, or extend it if the work goes on
allow-denied = line { $line } denies all that this row allows
    .why = a deny outweighs every allow, so this row has no effect while that one holds
    .write = <nothing, if the deny is meant; else an earlier `until` in line { $line }>
allow-covered = line { $line } allows the same
    .why = of two rows about the same, one is changed one day and the other forgotten
    .write = <nothing: take this line out>
deny-of-nothing = the row denies what no row allows
    .why = it bars nobody today; perhaps the row it was to outweigh has another project, dataset or span
grant-to-nobody = the row gives nobody anything: { $because }
    .why = whoever wrote it meant somebody to visit
    .write = <what is missing; `explain` shows each rule>
grant-without-team = the row gives nobody anything: the project has no team
    .why = whoever wrote it meant somebody to visit
    .write = <a row of teams.csv for each visitor>
judgement-over = the judgement is over since { $until }
    .why = what it answered is referred to a person again
disease-not-known = { $disease } does not stand in the ontology that is built in
    .why = whether it is a kind of another disease, or another of it, must be judged by a person each time
open-to-nobody = the dataset is open to members, and its consent codes give no member the overview
    .why = planning has no ethics approval and no disease: IRB, DS and whatever is referred bar it
    .write = <the tier rule without `members`>
no-tests = there are no tests
    .why = a test says what must not change when somebody edits these files in a year
    .write = <a file tests.csv with the header person,project,dataset,operation,day,expect,rule>

## Conditions

unknown-visitor = the certificate names nobody whom the consortium knows at present
    .help = ask your organisation to have its list of people checked, or renew the certificate
not-available = no such project or dataset is open to you
    .help = list the datasets of your project, or ask the committee for a grant
person-holds = the person is entered and in force
person-fails = the person is not entered, or not in force on this day
    .help = enter the person in people.csv
member-holds = the organisation is a member in force
member-fails = the organisation is not a member in force on this day
    .help = see its row of members.csv
project-holds = the project is entered
project-fails = the project is not entered
    .help = enter it in projects.csv
team-holds = the person is in the project's team
team-fails = the person is not in the project's team
    .help = enter the person in teams.csv
dataset-holds = the dataset is entered
dataset-fails = the dataset is not entered
    .help = enter it in datasets.csv
grant-holds = the project holds a grant of the dataset on this day
grant-fails = the project holds no grant of the dataset on this day
    .help = add a row to grants.csv, or extend its `until`
membership-holds = the dataset's overview is open to every member
membership-fails = the dataset's overview is not open to members without a project
    .help = add `members` to the dataset's tier rule, if its holder agrees
role-holds = the person is entered as a researcher
role-fails = visits are for people entered with the role `researcher`
    .help = ask your organisation's contact to have the role added
project-status-holds = the project is approved
project-status-fails = the project is not approved
    .help = ask the data-use review committee about the project's status
project-dates-holds = the project's approval is in force
project-dates-fails = the project's approval runs from { $since } to { $until }
    .help = apply to the data-use review committee for an extension
project-lead-holds = the project's lead organisation is a member in force
project-lead-fails = the project's lead organisation is not a member in force
    .help = ask the data-use review committee to name another lead
ethics-holds = an ethics approval is on record
ethics-fails = no ethics approval is on record for the project
    .help = send the approval of your ethics committee to the data-use review committee
purpose-holds = the project's purpose is not a prohibited one
purpose-fails = insurance, employment and re-identification are prohibited purposes
    .help = no dataset of this consortium can be used for it
jurisdiction-domestic = data may be visited from the organisation's country: it is domestic
jurisdiction-adequate = data may be visited from the organisation's country: its protection of personal data is recognised as adequate
jurisdiction-contract = data may be visited from the organisation's country: a contract covers it
jurisdiction-consent = data may be visited from the organisation's country, of those individuals who consented to it
jurisdiction-holds = data may be visited from the organisation's country
jurisdiction-fails = there is no legal basis on this day for visits from your organisation's country, { $country }
    .help = ask the data-use review committee whether a contract can cover it
holder-holds = the dataset's holder is a member in force
holder-fails = the dataset's holder does not take part at present
    .help = ask the data-use review committee when it will be back
consent-holds = the individuals' consent covers the project's purpose
consent-fails = the individuals' consent does not cover this project's purpose
    .help = the data-use review committee can tell which datasets fit the purpose
operation-holds = the grant covers the operation and nothing bars it
operation-fails = the grant does not cover this operation, or it is barred
    .help = apply to the data-use review committee for a grant that covers it
held-holds = the holder has entered the dataset
held-fails = the holder has not entered the dataset
    .help = enter it in the holder's datasets.csv
holder-tier-holds = the holder lets its dataset be looked into so deep
holder-tier-fails = the dataset's holder does not let it be looked into so deep
    .help = ask the dataset's holder, or ask for an overview
holder-rules-hold = the holder's own rules admit the visit
holder-rules-fail = the dataset's holder does not admit this visit
    .help = ask the dataset's holder
overview-counts = the grant is for an overview, which is counts of individuals and rows
    .help = ask for count(*) or count(DISTINCT individual_id), or apply for a detailed grant
overview-keys = the grant is for an overview, which has at most two group keys
    .help = group by one or two columns, or apply for a detailed grant
holder-profile = the dataset's holder asks for a stricter release profile than the consortium names
    .help = ask the data-use review committee and the dataset's holder to name the same

## Consent

fit-permits = { $code } ({ $label }) is met
fit-prohibited = { $purpose } is a prohibited purpose
    .help = no dataset of this consortium can be used for it
fit-judged-not-met = the condition { $code } ({ $label }) was judged not to be met by this project
    .help = ask the data-use review committee for the grounds
fit-hmb = the individuals agreed to health research (HMB), and the purpose is { $purpose }
    .help = the data-use review committee can tell which datasets fit the purpose
fit-hmb-methods = the individuals agreed to health research (HMB); whether a method serves health must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-ds-no-disease = the individuals agreed to research on { $consented }, and the purpose is { $purpose }
    .help = the data-use review committee can tell which datasets fit the purpose
fit-ds-wider = the individuals agreed to research on { $consented }; { $studied } is wider
    .help = apply for a project on the narrower disease, or ask which datasets fit the purpose
fit-ds-other = the individuals agreed to research on { $consented }; { $studied } is no kind of it
    .help = the data-use review committee can tell which datasets fit the purpose
fit-ds-unknown = the individuals agreed to research on { $consented }; whether { $studied } is a kind of it must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-poa = the individuals agreed to research on population origins alone (POA), and the purpose is { $purpose }
    .help = the data-use review committee can tell which datasets fit the purpose
fit-npu = the individuals agreed to use by organisations that are not for profit ({ $code }), and yours is of industry
    .help = the data-use review committee can tell which datasets companies may use
fit-ncu = the individuals agreed to use that is not commercial ({ $code }), and the project's is
    .help = the data-use review committee can tell which datasets may be used commercially
fit-ncu-company = the individuals agreed to use that is not commercial ({ $code }); whether a company's use is none must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-npoa = the individuals did not agree to research on population origins (NPOA)
    .help = the data-use review committee can tell which datasets fit the purpose
fit-nmds = the individuals did not agree to research on methods (NMDS)
    .help = the data-use review committee can tell which datasets fit the purpose
fit-irb = the individuals agreed to use under an ethics approval (IRB), and none is on record
    .help = send the approval of your ethics committee to the data-use review committee
fit-col = the individuals agreed to use in collaboration with the dataset's holder (COL), who does not take part in the project
    .help = ask the dataset's holder to join the project, or the data-use review committee to record its agreement
fit-gs = the individuals agreed to use in certain countries (GS), and your organisation's is none of them
    .help = ask the data-use review committee which datasets can be visited from your country
fit-gs-open = the individuals agreed to use in certain countries (GS), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-is = the individuals agreed to use by certain institutions (IS), and yours is none of them
    .help = ask the data-use review committee whether yours can be approved
fit-is-open = the individuals agreed to use by approved institutions (IS), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-ps = the individuals agreed to use in certain projects (PS), and yours is none of them
    .help = ask the data-use review committee whether yours can be approved
fit-ps-open = the individuals agreed to use in approved projects (PS), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-us = the individuals agreed to use by certain people (US), and you are none of them
    .help = ask the data-use review committee whether you can be approved
fit-us-open = the individuals agreed to use by approved people (US), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-ts = the individuals agreed to use for a limited time (TS), which ended on { $day }
    .help = the data-use review committee can tell which datasets fit the purpose
fit-ts-open = the individuals agreed to use for a limited time (TS), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-mor-until = results may not be published up to { $day } (MOR); that the project agrees must be recorded by a person
    .help = send your agreement to the data-use review committee
fit-mor = results may not be published before a day that was set (MOR); that the project agrees must be recorded by a person
    .help = send your agreement to the data-use review committee
fit-pub = results must be published (PUB); that the project agrees must be recorded by a person
    .help = send your agreement to the data-use review committee
fit-rtn = derived data must be returned (RTN); that the project agrees must be recorded by a person
    .help = send your agreement to the data-use review committee
fit-gso = the individuals agreed to genetic studies alone (GSO), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset
fit-rs = the individuals agreed to research of a certain kind (RS), which must be judged by a person
    .help = ask the data-use review committee to look at the project and this dataset

## Differences

days-from = from { $since } on
days-from-to = from { $since } to { $until }
diff-gains = { $person } gains { $operations } at { $dataset } in { $project } ({ $terms }), { $days }
diff-loses = { $person } loses { $operations } at { $dataset } in { $project } ({ $terms }), { $days }
diff-referred = { $person }, { $operations } at { $dataset } in { $project }: a person must judge it, { $days }
diff-not-referred = { $person }, { $operations } at { $dataset } in { $project }: denied, and no longer for a person to judge, { $days }
diff-tier = { $person }, { $operations } at { $dataset } in { $project }: tier { $is } instead of { $was }, { $days }
diff-profile = { $person }, { $operations } at { $dataset } in { $project }: profile { $is } instead of { $was }, { $days }
diff-columns = { $person }, { $operations } at { $dataset } in { $project }: columns { $is } instead of { $was }, { $days }
diff-budget = { $person }, { $operations } at { $dataset } in { $project }: { $is } queries instead of { $was }, { $days }
diff-embargo = { $person }, { $operations } at { $dataset } in { $project }: embargo { $is } months instead of { $was }, { $days }
diff-purpose = { $person }, { $operations } at { $dataset } in { $project }: for { $is } instead of { $was }, which other individuals may have consented to, { $days }
diff-from = { $person }, { $operations } at { $dataset } in { $project }: from { $is } instead of { $was }, which other individuals may have consented to, { $days }
diff-with-industry = { $person }, { $operations } at { $dataset } in { $project }: industry takes part, so only individuals count who consented to it, { $days }
diff-without-industry = { $person }, { $operations } at { $dataset } in { $project }: industry takes no part, so individuals count who did not consent to it, { $days }
diff-basis = { $person }, { $operations } at { $dataset } in { $project }: from a country with the basis { $is } instead of { $was }, { $days }
diff-signing-lost = nobody need sign any more what comes into force next
diff-signing-new = { $threshold } people must sign what comes into force next
diff-signing-threshold = { $after } people must sign what comes into force next, where { $before } had to
diff-signer-joins = { $name } may sign what comes into force next, with this key
diff-signer-leaves = { $name } may no longer sign with the earlier key
diff-profile-file-milder = the profile { $profile } withholds less, for all who are released under it
diff-profile-file-stricter = the profile { $profile } withholds more, for all who are released under it
diff-profile-file-otherwise = the profile { $profile } withholds less in one way and more in another
diff-entered = { $name } is entered in { $file }
diff-taken-out = { $name } is taken out of { $file }

## Signatures

statement-missing = there is no statement, so nobody signed these files
    .why = files that nobody signed may be anybody's
    .write = <sign them: sekisho-policy sign DIR --serial N --name NAME --key FILE>
statement-unreadable = the statement is not as `sign` writes it
    .why = what is signed must be read in one way only
    .write = <sign the files again>
statement-of-other-files = the statement is about other files
    .why = something changed after people signed: they did not see these files
    .write = <sign the files again, or undo the change>
signature-wrong = no key of those who sign made this signature of this statement
    .why = a signature that cannot be checked is somebody's attempt, or a slip: neither is passed over
    .write = <take the file out, or have that person sign again>
signatures-too-few = { $found } of those who sign have signed, and { $needed } must
    .why = one person alone does not change who may see what
    .write = <have others sign: sekisho-policy sign DIR --serial N --name NAME --key FILE>
serial-replayed = the statement's serial is { $serial }, and files under { $newest } were in force already
    .why = older files that somebody brings back may allow what was ended since
    .write = <the newest files, or these signed under a later serial>
serial-file-unreadable = the file that remembers the newest serial is not as the server wrote it
    .why = without it older files could come back
    .write = <the file from a backup, or "SERIAL DIGEST" of the newest set in force>
serial-file-unwritable = `{ $file }`: { $error }
    .why = a server that cannot remember the newest serial could be given older files
    .write = <a file that this process may read and write>
