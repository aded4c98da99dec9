# 委員会、保有機関、監査人、訪問者に伝える文です。どの項目も en.ftl と同じ空欄と部分を持ちます。
# `why` はその重要性、`write` は代わりに書くべき行、`help` は次にすべきことです。

## Labels

label-why = 理由:
label-write = 書き方:
not-loaded = ファイルは読み込まれませんでした。指摘の数: { $count }
further-findings = ほか { $count } 件

## Files

file-not-known = 知られていないファイルです
    .why = 誰も読まないファイルに書かれた規則は、誰も守りません
    .write = <フォルダから取り除くか、正しい名前にしてください: { $names }, profiles/<名前>.toml>
file-missing = ファイルがありません
    .why = ポリシーは全体で読み込まれるか、まったく読み込まれないかのどちらかです
    .write = <ファイル { $file }。付属のフォルダに例があります>
folder-unreadable = フォルダ `{ $folder }` を読めません: { $error }
    .why = ポリシーは全体で読み込まれるか、まったく読み込まれないかのどちらかです
    .write = <このプロセスが読める通常のファイルのフォルダ>
folder-unlisted = フォルダの一覧を取得できません: { $error }
    .why = ポリシーは全体で読み込まれるか、まったく読み込まれないかのどちらかです
    .write = <このプロセスが読める通常のファイルのフォルダ>
file-name-not-utf-8 = ファイル名が UTF-8 ではありません
    .why = ポリシーは全体で読み込まれるか、まったく読み込まれないかのどちらかです
    .write = <同じファイルを ASCII 文字の名前で>
file-unreadable = ファイルを読めません: { $error }
    .why = ポリシーは全体で読み込まれるか、まったく読み込まれないかのどちらかです
    .write = <このプロセスが読める通常のファイル>
folder-not-known = 知られていないフォルダです
    .why = 誰も読まないファイルに書かれた規則は、誰も守りません
    .write = <下位フォルダは profiles と signatures だけです>
file-strange = パイプか装置、またはフォルダーの外を指すリンクです
    .why = 読まれるものは、確認され、署名され、写されたこのフォルダーのファイルでなければなりません
    .write = <ファイル>
file-too-large = ファイルが 64 MiB を超えています
    .why = ポリシーファイルは小さいものです。この大きさのファイルは誤って置かれています
    .write = <人が書いた行からなるファイル>
lone-carriage-return = 行が復帰文字（CR）だけで終わっています
    .why = そこで行が終わると読むプログラムとそうでないものがあり、後ろの内容が失われることがあります
    .write = <LF か CRLF の改行で保存したファイル>
not-utf-8-but-utf-16 = ファイルは UTF-8 ではなく UTF-16 です
    .why = 誤った文字コードで読むと名前が別の名前になり、規則が本来の相手に届かなくなります
    .write = <同じファイルを「CSV UTF-8」(Excel) または文字コード UTF-8 (LibreOffice、エディタ) で保存したもの>
not-utf-8-but-shift-jis = ファイルは UTF-8 ではありません。日本語 Windows の表計算ソフトが保存する Shift-JIS のようです
    .why = 誤った文字コードで読むと名前が別の名前になり、規則が本来の相手に届かなくなります
    .write = <同じファイルを「CSV UTF-8」(Excel) または文字コード UTF-8 (LibreOffice、エディタ) で保存したもの>
not-utf-8-but-latin = ファイルは UTF-8 ではありません。Windows-1252 か Latin-1 のようです
    .why = 誤った文字コードで読むと名前が別の名前になり、規則が本来の相手に届かなくなります
    .write = <同じファイルを「CSV UTF-8」(Excel) または文字コード UTF-8 (LibreOffice、エディタ) で保存したもの>

## Tables

no-csv = ファイルが CSV ではありません
    .why = casbin は長さの違う規則を黙って捨てるか、すべての判断を誤りにします。捨てられた拒否は何も拒否しません
file-empty = ファイルが空です
    .why = 規則がなければ何を意図したのか誰にも分かりません。空の表は、そう書かれるまでは失われた表です
file-without-rows = 見出し行だけで、データの行がありません
    .why = 規則がなければ何を意図したのか誰にも分かりません。空の表は、そう書かれるまでは失われた表です
not-separated-by-commas = 列がコンマではなく、セミコロンかタブで区切られています
    .why = casbin は長さの違う規則を黙って捨てるか、すべての判断を誤りにします。捨てられた拒否は何も拒否しません
column-not-known = 列 `{ $column }` は知られていません
    .why = 知られていない列は、誰かが意図しながら何も検査しない条件です。欠けた列は条件を開いたままにします
column-twice = 列 `{ $column }` が二つあります
    .why = 知られていない列は、誰かが意図しながら何も検査しない条件です。欠けた列は条件を開いたままにします
column-missing = 列 `{ $column }` がありません
    .why = 知られていない列は、誰かが意図しながら何も検査しない条件です。欠けた列は条件を開いたままにします
comment-behind-a-row = 行の中に `#` があります
    .why = casbin は規則の後ろの注釈も規則の一部として読みます。注釈の付いた拒否は別の語になり、何も拒否しません。注釈は # で始まる独立した行に書きます
cell-over-several-lines = セルが複数の行にまたがっています
    .why = 閉じられていない引用符は、続く行とそこにある規則を飲み込みます
row-with-full-width-mark = この行には { $found } 個のセルがあり、見出しは { $meant } 個です。全角の「{ $mark }」({ $code }) は区切りになりません
    .why = casbin は長さの違う規則を黙って捨てるか、すべての判断を誤りにします。捨てられた拒否は何も拒否しません
row-of-another-length = この行には { $found } 個のセルがあり、見出しは { $meant } 個です
    .why = casbin は長さの違う規則を黙って捨てるか、すべての判断を誤りにします。捨てられた拒否は何も拒否しません
in-column = 列 `{ $column }`: { $slip }

## Cells

full-width-character = `{ $text }` に全角または装飾された文字「{ $odd }」({ $code }) があります
    .why = casbin はバイト単位で比べます。似た文字は別の名前なので、許可は相手に届かず、拒否は誰も止めません
mixed-scripts = `{ $text }` のラテン文字の間に別の文字体系の「{ $odd }」({ $code }) があります
    .why = casbin はバイト単位で比べます。似た文字は別の名前なので、許可は相手に届かず、拒否は誰も止めません
    .write = <{ $kept } を ASCII 文字で>
character-not-plain = `{ $text }` に文字「{ $odd }」({ $code }) があります
    .why = casbin はバイト単位で比べます。似た文字は別の名前なので、許可は相手に届かず、拒否は誰も止めません
    .write = <{ $kept } を ASCII 文字で>
character-not-seen = `{ $text }` に目に見えない文字 ({ $code }) があります
    .why = 画面で同じに見える二つの名前は同じではなく、規則がどちらを指すのか誰にも分かりません
cell-empty = セルが空です
    .why = これらのファイルを審査する人は、行が何についてのものか見られなければなりません
    .write = <言葉で>
list-empty = 一覧が空です
    .why = 空の一覧は「なし」とも「すべて」とも読めます
    .write = <一つ以上を ; で区切って>
none-of-the-words = `{ $text }` は { $words } のどれでもありません
    .why = 知られていない語のある行は何も言っていないのと同じです。読み飛ばせば、拒否が拒否でなくなり、除くべき人が除かれません
    .write = <{ $words }>
rule-of-names = 名前は a-z、0-9、- の 1 から 40 文字です
rule-of-projects = プロジェクトは A-Z、a-z、0-9、- の 1 から 40 文字です
rule-of-columns = 列は A-Z、a-z、0-9、_ 、. の 1 から 80 文字です
rule-of-people = 人は証明書の subject alternative name の URI で、a-z、A-Z、0-9 と - . _ ~ / @ : + からなります
name-length = `{ $text }` は空か、{ $longest } 文字を超えています
    .why = { $rule }
    .write = <名前>
capital-in-name = `{ $text }` に `{ $odd }` があります
    .why = { $rule }。名前は一文字ずつ比べられます
character-in-name = `{ $text }` に `{ $odd }` があります
    .why = { $rule }。ここではパターン照合をしないので、`malice` が `alice` の規則に当たることはありません
name-begins-with-a-mark = `{ $text }` が文字か数字で始まっていません
    .why = { $rule }。表計算ソフトは先頭の記号を数式と読みます
no-uri = `{ $text }` は URI ではありません
    .why = 訪問者は証明書の URI だけで知られます。ほかの名前に当たることはありません
    .write = <spiffe://consortium.example/people/名-姓>
no-country = `{ $text }` は二文字の国コードではありません
    .why = その国からデータを訪問できるかどうかは、JP、DE、GB のような ISO 3166-1 のコードで調べます
    .write = <国コード>
day-missing = 日付がありません
    .why = 終わりのない権利は、セルを空けることでは与えられません
    .write = <YYYY-MM-DD。終わりがなければ 9999-12-31>
no-day = `{ $text }` は YYYY-MM-DD の形の日付ではありません
    .why = 意図と違って読まれた日付は、権利を違う日に始めるか終わらせます
    .write = <YYYY-MM-DD>
no-number = `{ $text }` は整数ではありません
    .why = 読めない上限は上限ではありません
    .write = <半角数字だけの整数>
span-ends-before-it-begins = { $until } は `{ $column }` の日 { $since } より前です
    .why = 始まる前に終わる期間は決して成り立ちません。その中の許可も拒否も失われます
    .write = <{ $since } 以後の日>
embargo-too-long = `{ $text }` か月は一世紀を超えます
    .why = 終わらない公開猶予は、誰にも訪問させるつもりのないデータセットです
    .write = <月数>
no-tier-rule = `{ $text }` は最も深い階層をちょうど一つ示していません
    .why = データセットの階層は、誰がどこまで見てよいかについての保有機関の言葉です。`members` を添えると概要がすべての会員に開かれます
    .write = <overview|detailed。会員が計画に使ってよければ ;members を添えます>
no-purpose = `{ $text }` は { $words }|disease:MONDO:0000000 のどれでもありません
    .why = 個人の同意は利用目的と比べられます。知られていない目的はどの同意にも合いません
    .write = <{ $words }|disease:MONDO:0000000>
no-disease = `{ $text }` は MONDO の疾患ではありません
    .why = 疾患は七桁の MONDO 番号で比べられます
    .write = <MONDO:0000000>
disease-obsolete = { $disease } は MONDO で廃止され、{ $new } に置き換えられました
    .why = 廃止された疾患は何の一種でもないため、ほかの疾患に許されたことが見つかりません
no-consent-code = `{ $text }` はここで知られている同意コードではありません
    .why = 読まれない同意の条件は守られません
    .write = <{ $words }>
code-without-limit = { $code } は後ろに何も取りませんが、`{ $limit }` が続いています
    .why = 読まれない同意の条件は守られません
codes-without-permission = `{ $text }` は何のためかを示していません
    .why = 一つのコードが、個人が何に同意したかを示します。それがないか、異なる二つがあれば、どの利用も推測になります
    .write = <NRES|GRU|HMB|DS:MONDO:0000000|POA>;{ $text }
codes-with-two-permissions = `{ $text }` は何のためかを二度以上示しています
    .why = 一つのコードが、個人が何に同意したかを示します。それがないか、異なる二つがあれば、どの利用も推測になります
    .write = <NRES|GRU|HMB|DS:MONDO:0000000|POA の一つと、その後に条件>
code-needs-no-judge = { $code } はファイルによって決まります
    .why = 人が判断するのは、ファイルだけでは分からないことだけです。ほかの判断は誰にも読まれません
    .write = <あなたに照会されたコード>
deny-of-a-part = 拒否の行に `{ $text }` があります。拒否の { $column } は `{ $meant }` です
    .why = 拒否はその操作を丸ごと止めます。一部を除くには、許可の行で残りだけを許可します
no-individual = 個人が示されていないか、目に見えない文字が使われています
    .why = 同意は誰かのものです。誰のものでもない行は失われます
    .write = <保有機関の表にある個人の名前。200 バイトまで>
individual-stands-twice = この行の個人はすでに { $earlier } 行目にあります
    .why = 同じことについての二行は、いつか片方だけが直され、もう片方が忘れられます
    .write = <なし: この行か { $earlier } 行目を取り除いてください>
no-rule = `{ $text }` は理由になりうる規則ではありません
    .why = 決して示されない理由を待つテストは、決して成り立ちません
    .write = <`explain` が示す規則の名前、または空>

## Files together

name-does-not-resolve = `{ $name }` は { $file } にありません
    .why = 存在しない名前の規則は誰にも当たりません。許可は失われ、拒否は何も止めません
    .write = <{ $file } にある名前>
name-stands-twice = この名前はすでに { $earlier } 行目にあります。大文字と小文字だけが違う名前は、読む人には同じです
    .why = 同じことについての二行は、いつか片方だけが直され、もう片方が忘れられます
    .write = <なし: この行か { $earlier } 行目を取り除いてください>
row-stands-twice = この行はすでに { $earlier } 行目にあります
    .why = 同じことについての二行は、いつか片方だけが直され、もう片方が忘れられます
    .write = <なし: この行か { $earlier } 行目を取り除いてください>
two-bases = { $country } には同じ日の根拠が { $earlier } 行目にあります
    .why = 同じことについての二行は、いつか片方だけが直され、もう片方が忘れられます
    .write = <なし: この行か { $earlier } 行目を取り除いてください>
two-judgements = { $earlier } 行目が同じ日の同じことを判断しています
    .why = どちらが有効かが行の順序で決まってしまいます
    .write = <なし: この行か { $earlier } 行目を取り除いてください>
two-terms = { $earlier } 行目が同じ日の同じ操作を別の条件で許可しています
    .why = どちらが有効かが行の順序で決まってしまいます
    .write = <同じ行を、もう一方が空けている日か操作で>
too-many-rows-of-a-pair = 一つのプロジェクトとデータセットに { $most } を超える行があります
    .why = どの判断もそのすべてを読みます
    .write = <期間を長くして行を少なく>
project-named-like-a-member = プロジェクトの名前が members.csv の { $earlier } 行目の機関と同じです
    .why = プロジェクトの代わりの機関名は、会員が概要で計画することを意味します
    .write = <同じ行を、P-0001 のような別のプロジェクト名で>
tier-too-deep = このデータセットは `{ $tier }` まで許可できます
    .why = データセットの階層は保有機関の言葉です。許可はそれを超えられません
profile-too-mild = `{ $profile }` はデータセットの `{ $least }` ほど厳しくありません
    .why = 許可はデータセットより多く伏せることしかできません
judge-not-of-the-committee = `{ $person }` には people.csv の役割 `committee` がありません
    .why = ファイルでは分からないことは、コンソーシアムのために決めてよい人が判断します
    .write = <役割 committee を持つ人>
code-not-of-the-dataset = { $dataset } の同意コードに { $code } はありません
    .why = ない条件についての判断は誰にも読まれません。意図された条件は開いたままです
    .write = <あなたに照会された、データセットのコード>
default-profile-missing = 既定のプロファイル `{ $profile }` のファイルが profiles にありません
    .why = プロファイルを指定しないデータセットは、これに従って公表されます
    .write = default_profile = "<profiles/*.toml の名前>"
casbin-takes-no-rules = casbin が規則を受け付けません: { $error }
    .why = 決めるのは casbin です。受け付けられない規則は何も決めません
    .write = <この一式をソフトウェアの作成者に知らせてください。前の一式が有効なままです>
canary-stranger = 誰も登録していない人が拒否されません
    .why = 一式は、疑いようのない問いに正しく答えてから使われます
    .write = <この一式をソフトウェアの作成者に知らせてください。前の一式が有効なままです>
canary-deny = この拒否は何も止めません
    .why = 一式は、疑いようのない問いに正しく答えてから使われます
    .write = <この一式をソフトウェアの作成者に知らせてください。前の一式が有効なままです>
canary-nobody = どの行も、どの日にも、誰にも何も許可しません
    .why = 全員を拒否する一式には、どこかに誤りがあります: チーム、状態、期間、国など
    .write = <チーム、承認、倫理審査の承認、根拠のある国を持つプロジェクトのための、許可の行>
canary-nobody-because = どの行も、どの日にも、誰にも何も許可しません。ここでは { $day } に: { $because } ({ $place })
    .why = 全員を拒否する一式には、どこかに誤りがあります: チーム、状態、期間、国など
    .write = <チーム、承認、倫理審査の承認、根拠のある国を持つプロジェクトのための、許可の行>
test-of-no-day = { $day } には何も判断できません
    .why = 失敗しえないテストは何も確かめません
    .write = <要求が実際に起こりうる日>
test-does-not-hold = テストは `{ $expected }` ({ $rule }) を期待していますが、これらのファイルは `{ $found }` ({ $reasons }) と答えます
    .why = テストは委員会が前もって書いたことです。違う答えをするファイルは読み込まれません
    .write = <意図した答えの同じ行、または直したファイル。`explain` が各規則を示します>

## Pages

page-of-a-consortium = { $error }
    .why = 日はコンソーシアムの真夜中に始まり終わります。プロファイルのないデータセットは既定のものに従います
    .write = <name、time_zone、default_profile。必要なら overview_queries と表 signing。ほかは何も>
page-of-a-holder = { $error }
    .why = 日は保有機関の真夜中に始まり終わります。その名前はデータを集めた機関の名前です
    .write = <name と time_zone。必要なら表 signing。ほかは何も>
no-time-zone = `{ $text }` はタイムゾーンではありません
    .why = 日はその真夜中に始まり終わります
    .write = time_zone = "Asia/Tokyo"
no-key = `{ $name }` の値は minisign の公開鍵ではありません
    .why = 誰も確かめられない署名は署名ではありません
    .write = { $name } = "<.pub ファイルの二行目。RW で始まります>"
key-twice = `{ $name }` の鍵が二度現れます
    .why = 二つの名前を持つ一人が二人分の署名をすることになります
    .write = <なし: 一方を取り除いてください>
signatures-impossible = { $keys } 個の鍵に対して { $threshold } 個の署名が求められています
    .why = なしなら誰でもポリシーを変えられ、多すぎれば誰も変えられません
    .write = threshold = <1 から鍵の数まで>

## Profiles

profile-unreadable = { $error }
    .why = データセットは指定されたプロファイルに従って公表されます。読めないものは何も守りません
    .write = <name、source、threshold、rounding_base、sum_significant_digits、dominance_top2_percent、dominance_rest_percent。必要なら mechanism、allow_full_cells と表 cell_key、dp、exposure、channel。policies/consortium/profiles を参照>
profile-named-otherwise = プロファイルの名前は `{ $name }`、ファイルの名前は `{ $file }` です
    .why = データセットは指定されたプロファイルに従って公表されます。読めないものは何も守りません
    .write = name = "{ $file }"
profile-without-source = プロファイルに数値の出典がありません
    .why = プロファイルを審査する人は、その数値がなぜ守るのかを調べられなければなりません
    .write = source = "<従っている指針>"
range-threshold-low = しきい値 { $value } は誰も隠しません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = threshold = 10
range-threshold-high = 1000000 を超えるしきい値は何も示しません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = threshold = 10
range-rounding-base-none = 丸めの基数 0 には倍数がありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = rounding_base = 5
range-rounding-base-high = 丸めの基数 { $value } は 1000 を超えています
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = rounding_base = 5
range-digits = 有効数字 { $value } 桁の数はありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = sum_significant_digits = <0 から 15>
range-dominance-top2 = `dominance_top2_percent` が { $value } で、1 から 100 パーセントではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = dominance_top2_percent = <1 から 100>
range-dominance-rest = `dominance_rest_percent` が { $value } で、1 から 100 パーセントではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = dominance_rest_percent = <1 から 100>
range-reach = 件数を { $value } 動かすことはできないか、まったく動きません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = reach = <1 から 100>
range-small = { $value } までの件数を除くことはできません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = small = <0 から 18>
range-variance = この到達幅と除かれる小さな件数では、分散 { $value } の雑音はありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = variance = <0 より大きく、i·(small + 1 − i) の最大以上、reach 未満>
range-magnitude = 合計が { $value } だけ動かされ、まったく動かないか、それ自身を超えます
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = magnitude = <0 より大きく 1 以下>
range-rho-statistic = 予算は 1e-9 を単位に数えられ、{ $value } はそれより小さい値です
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = rho_statistic = 0.005
range-rho-project = { $value } ではプロジェクトは一つの統計も問えません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = rho_project = 0.25
range-rho-dataset = { $value } はプロジェクトの予算より小さいか、100 を超えています
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = rho_dataset = 1.0
range-groups = 個人が数えられるのは 1 から 100 の群で、{ $value } ではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = groups = 3
range-delta = デルタ { $value } は無効か、一人の群を示しすぎます
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = delta = 1e-9
range-rows = 群で数えられる個人の行は 1 から 1000 で、{ $value } ではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = rows = 10
range-cap = 上限 { $value } は 0 より大きく 1000000 以下ではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = cap = 0.25
range-project-share = 割合 { $value } は 0 より大きく 1 以下ではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = project_share = 0.1
range-cap-not-approved = 上限 { $value } には、誰が承認したかを書きます
    .why = 0.25 を超えると、所属を見分ける試みが委員会の既定より多く成功します
    .write = approved_by = "<上限を承認した人と日付>"
range-publication-not-approved = 頻度を公開するプロファイルには、誰がそれを承認したかを書きます
    .why = 公開したものは取り戻せず、データセットの全員について語ります
    .write = approved_by = "<公開を承認した人と日付>"
range-tick = 最初の刻みは 1 から 60000 ミリ秒後、または刻みなしの 0 で、{ $value } ではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = tick_ms = 10
range-factor = 次の刻みは前の 2 から 16 倍遅く、{ $value } ではありません
    .why = データセットは指定されたプロファイルに従って公表されます。範囲外のものは何も守りません
    .write = factor = 2

## Warnings

grant-over = この行は { $until } で終わりました
    .why = もう誰にも何も与えません。監査のために残すか、作業が続くなら延ばしてください
allow-denied = { $line } 行目が、この行の許可をすべて拒否しています
    .why = 拒否はすべての許可に勝つので、その行が有効な間この行に効果はありません
    .write = <拒否が意図どおりなら何も。そうでなければ { $line } 行目の `until` を早めてください>
allow-covered = { $line } 行目が同じことを許可しています
    .why = 同じことについての二行は、いつか片方だけが直され、もう片方が忘れられます
    .write = <なし: この行を取り除いてください>
deny-of-nothing = この行は、どの行も許可していないことを拒否しています
    .why = 今日は誰も止めません。打ち消すはずだった行は、別のプロジェクト、データセット、期間のものかもしれません
grant-to-nobody = この行は誰にも何も与えません: { $because }
    .why = 書いた人は誰かの訪問を意図していました
    .write = <足りないもの。`explain` が各規則を示します>
grant-without-team = この行は誰にも何も与えません: プロジェクトにチームがありません
    .why = 書いた人は誰かの訪問を意図していました
    .write = <訪問者ごとに teams.csv の行>
judgement-over = この判断は { $until } で終わりました
    .why = 答えられていたことは、再び人に照会されます
disease-not-known = { $disease } は組み込まれた疾患分類にありません
    .why = ほかの疾患の一種かどうか、ほかがその一種かどうかを、毎回人が判断しなければなりません
open-to-nobody = データセットは会員に開かれていますが、その同意コードではどの会員も概要を得られません
    .why = 計画には倫理審査の承認も疾患もありません。IRB、DS、照会される条件がそれを妨げます
    .write = <`members` のない階層>
no-tests = テストがありません
    .why = テストは、一年後に誰かがこれらのファイルを直すとき、何が変わってはならないかを示します
    .write = <見出し person,project,dataset,operation,day,expect,rule を持つファイル tests.csv>

## Conditions

unknown-visitor = この証明書は、コンソーシアムが現在知っている人を示していません
    .help = 所属機関に名簿の確認を依頼するか、証明書を更新してください
not-available = あなたに開かれているそのようなプロジェクトやデータセットはありません
    .help = プロジェクトのデータセットの一覧を見るか、委員会に許可を申請してください
person-holds = 本人は登録されており、登録は有効です
person-fails = 本人が登録されていないか、この日に登録が有効ではありません
    .help = people.csv に本人を登録してください
member-holds = 所属機関は有効な会員です
member-fails = 所属機関はこの日に有効な会員ではありません
    .help = members.csv のその行を見てください
project-holds = プロジェクトは登録されています
project-fails = プロジェクトは登録されていません
    .help = projects.csv に登録してください
team-holds = 本人はプロジェクトのチームにいます
team-fails = 本人はプロジェクトのチームにいません
    .help = teams.csv に本人を登録してください
dataset-holds = データセットは登録されています
dataset-fails = データセットは登録されていません
    .help = datasets.csv に登録してください
grant-holds = プロジェクトはこの日にデータセットの許可を持っています
grant-fails = プロジェクトはこの日にデータセットの許可を持っていません
    .help = grants.csv に行を加えるか、その `until` を延ばしてください
membership-holds = データセットの概要はすべての会員に開かれています
membership-fails = データセットの概要は、プロジェクトのない会員には開かれていません
    .help = 保有機関が同意するなら、データセットの階層に `members` を加えてください
role-holds = 本人は研究者として登録されています
role-fails = 訪問できるのは、役割 `researcher` で登録された人です
    .help = 所属機関の担当者に、役割の追加を依頼してください
project-status-holds = プロジェクトは承認されています
project-status-fails = プロジェクトは承認されていません
    .help = プロジェクトの状態をデータ利用審査委員会に尋ねてください
project-dates-holds = プロジェクトの承認は有効です
project-dates-fails = プロジェクトの承認期間は { $since } から { $until } までです
    .help = 延長をデータ利用審査委員会に申請してください
project-lead-holds = プロジェクトの代表機関は有効な会員です
project-lead-fails = プロジェクトの代表機関は有効な会員ではありません
    .help = 別の代表機関の指定をデータ利用審査委員会に依頼してください
ethics-holds = 倫理審査の承認が記録されています
ethics-fails = プロジェクトの倫理審査の承認が記録されていません
    .help = 倫理審査委員会の承認をデータ利用審査委員会に送ってください
purpose-holds = プロジェクトの目的は禁止されたものではありません
purpose-fails = 保険、雇用、個人の再識別は禁止された目的です
    .help = このコンソーシアムのどのデータセットもその目的には使えません
jurisdiction-domestic = 所属機関の国からデータを訪問できます: 国内です
jurisdiction-adequate = 所属機関の国からデータを訪問できます: 個人データの保護が十分と認められています
jurisdiction-contract = 所属機関の国からデータを訪問できます: 契約があります
jurisdiction-consent = 所属機関の国からデータを訪問できます: その国に同意した個人に限ります
jurisdiction-holds = 所属機関の国からデータを訪問できます
jurisdiction-fails = この日、所属機関の国 { $country } からの訪問には法的な根拠がありません
    .help = 契約で対応できるかをデータ利用審査委員会に尋ねてください
holder-holds = データセットの保有機関は有効な会員です
holder-fails = データセットの保有機関は現在参加していません
    .help = いつ再開するかをデータ利用審査委員会に尋ねてください
consent-holds = 個人の同意はプロジェクトの目的に及びます
consent-fails = 個人の同意はこのプロジェクトの目的に及びません
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
operation-holds = 許可はこの操作に及び、妨げるものはありません
operation-fails = 許可がこの操作に及ばないか、操作が止められています
    .help = この操作に及ぶ許可をデータ利用審査委員会に申請してください
held-holds = 保有機関がデータセットを登録しています
held-fails = 保有機関がデータセットを登録していません
    .help = 保有機関の datasets.csv に登録してください
holder-tier-holds = 保有機関は、データセットをこの深さまで見ることを認めています
holder-tier-fails = データセットの保有機関は、この深さまで見ることを認めていません
    .help = データセットの保有機関に尋ねるか、概要を求めてください
holder-rules-hold = 保有機関の規則は訪問を認めています
holder-rules-fail = データセットの保有機関はこの訪問を認めていません
    .help = データセットの保有機関に尋ねてください
overview-counts = 許可は概要のもので、概要は個人と行の件数です
    .help = count(*) か count(DISTINCT individual_id) を求めるか、詳細の許可を申請してください
overview-keys = 許可は概要のもので、概要のグループの列は二つまでです
    .help = 一つか二つの列でグループにするか、詳細の許可を申請してください
holder-profile = データセットの保有機関は、コンソーシアムの指定より厳しい公表プロファイルを求めています
    .help = データ利用審査委員会と保有機関に、同じものを指定するよう依頼してください

## Consent

fit-permits = { $code } ({ $label }) を満たしています
fit-prohibited = { $purpose } は禁止された目的です
    .help = このコンソーシアムのどのデータセットもその目的には使えません
fit-judged-not-met = 条件 { $code } ({ $label }) は、このプロジェクトでは満たされないと判断されました
    .help = 根拠をデータ利用審査委員会に尋ねてください
fit-hmb = 個人は健康・医療・生物医学研究 (HMB) に同意しており、目的は { $purpose } です
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-hmb-methods = 個人は健康・医療・生物医学研究 (HMB) に同意しています。手法が健康に資するかは人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-ds-no-disease = 個人は { $consented } の研究に同意しており、目的は { $purpose } です
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-ds-wider = 個人は { $consented } の研究に同意しています。{ $studied } はそれより広い疾患です
    .help = より狭い疾患のプロジェクトを申請するか、目的に合うデータセットを尋ねてください
fit-ds-other = 個人は { $consented } の研究に同意しています。{ $studied } はその一種ではありません
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-ds-unknown = 個人は { $consented } の研究に同意しています。{ $studied } がその一種かは人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-poa = 個人は集団の起源の研究 (POA) だけに同意しており、目的は { $purpose } です
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-npu = 個人は非営利機関による利用 ({ $code }) に同意しており、所属機関は企業です
    .help = 企業が使えるデータセットはデータ利用審査委員会に尋ねてください
fit-ncu = 個人は非商用の利用 ({ $code }) に同意しており、プロジェクトの利用は商用です
    .help = 商用に使えるデータセットはデータ利用審査委員会に尋ねてください
fit-ncu-company = 個人は非商用の利用 ({ $code }) に同意しています。企業の利用が非商用かは人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-npoa = 個人は集団の起源の研究 (NPOA) に同意していません
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-nmds = 個人は手法の研究 (NMDS) に同意していません
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-irb = 個人は倫理審査の承認のもとでの利用 (IRB) に同意しており、承認が記録されていません
    .help = 倫理審査委員会の承認をデータ利用審査委員会に送ってください
fit-col = 個人はデータセットの保有機関との共同研究 (COL) に同意していますが、保有機関はプロジェクトに参加していません
    .help = 保有機関に参加を依頼するか、その同意の記録をデータ利用審査委員会に依頼してください
fit-gs = 個人は特定の国での利用 (GS) に同意しており、所属機関の国はそこに含まれません
    .help = その国から訪問できるデータセットはデータ利用審査委員会に尋ねてください
fit-gs-open = 個人は特定の国での利用 (GS) に同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-is = 個人は特定の機関による利用 (IS) に同意しており、所属機関はそこに含まれません
    .help = 所属機関の承認についてデータ利用審査委員会に尋ねてください
fit-is-open = 個人は承認された機関による利用 (IS) に同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-ps = 個人は特定のプロジェクトでの利用 (PS) に同意しており、このプロジェクトはそこに含まれません
    .help = プロジェクトの承認についてデータ利用審査委員会に尋ねてください
fit-ps-open = 個人は承認されたプロジェクトでの利用 (PS) に同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-us = 個人は特定の人による利用 (US) に同意しており、あなたはそこに含まれません
    .help = 承認についてデータ利用審査委員会に尋ねてください
fit-us-open = 個人は承認された人による利用 (US) に同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-ts = 個人は期間を限った利用 (TS) に同意しており、その期間は { $day } に終わりました
    .help = 目的に合うデータセットはデータ利用審査委員会に尋ねてください
fit-ts-open = 個人は期間を限った利用 (TS) に同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-mor-until = 結果は { $day } まで公表できません (MOR)。プロジェクトの同意は人が記録します
    .help = 同意書をデータ利用審査委員会に送ってください
fit-mor = 定められた日より前に結果を公表できません (MOR)。プロジェクトの同意は人が記録します
    .help = 同意書をデータ利用審査委員会に送ってください
fit-pub = 結果を公表しなければなりません (PUB)。プロジェクトの同意は人が記録します
    .help = 同意書をデータ利用審査委員会に送ってください
fit-rtn = 派生データを返さなければなりません (RTN)。プロジェクトの同意は人が記録します
    .help = 同意書をデータ利用審査委員会に送ってください
fit-gso = 個人は遺伝学研究 (GSO) だけに同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください
fit-rs = 個人は特定の種類の研究 (RS) に同意しており、人が判断します
    .help = このプロジェクトとデータセットの検討をデータ利用審査委員会に依頼してください

## Differences

days-from = { $since } から
days-from-to = { $since } から { $until } まで
diff-gains = { $person } が { $project } で { $dataset } の { $operations } を得ます ({ $terms })、{ $days }
diff-loses = { $person } が { $project } で { $dataset } の { $operations } を失います ({ $terms })、{ $days }
diff-referred = { $person }、{ $project } の { $dataset } の { $operations }: 人の判断に照会されます、{ $days }
diff-not-referred = { $person }、{ $project } の { $dataset } の { $operations }: 拒否され、もう人の判断に照会されません、{ $days }
diff-tier = { $person }、{ $project } の { $dataset } の { $operations }: 階層 { $was } に代わり { $is }、{ $days }
diff-profile = { $person }、{ $project } の { $dataset } の { $operations }: プロファイル { $was } に代わり { $is }、{ $days }
diff-columns = { $person }、{ $project } の { $dataset } の { $operations }: 列 { $was } に代わり { $is }、{ $days }
diff-budget = { $person }、{ $project } の { $dataset } の { $operations }: 質問数 { $was } に代わり { $is }、{ $days }
diff-embargo = { $person }、{ $project } の { $dataset } の { $operations }: 公開猶予 { $was } か月に代わり { $is } か月、{ $days }
diff-purpose = { $person }、{ $project } の { $dataset } の { $operations }: 目的 { $was } に代わり { $is }。同意している個人が異なることがあります、{ $days }
diff-from = { $person }、{ $project } の { $dataset } の { $operations }: 所属 { $was } に代わり { $is }。同意している個人が異なることがあります、{ $days }
diff-with-industry = { $person }、{ $project } の { $dataset } の { $operations }: 企業が加わるため、企業の利用に同意した個人だけが数えられます、{ $days }
diff-without-industry = { $person }、{ $project } の { $dataset } の { $operations }: 企業が加わらないため、企業の利用に同意していない個人も数えられます、{ $days }
diff-basis = { $person }、{ $project } の { $dataset } の { $operations }: 国の根拠 { $was } に代わり { $is }、{ $days }
diff-signing-lost = 次に発効するものに、もう誰の署名も要りません
diff-signing-new = 次に発効するものには { $threshold } 人の署名が要ります
diff-signing-threshold = 次に発効するものに要る署名が { $before } 人から { $after } 人になります
diff-signer-joins = { $name } がこの鍵で、次に発効するものに署名できるようになります
diff-signer-leaves = { $name } はこれまでの鍵では署名できなくなります
diff-profile-file-milder = プロファイル { $profile } の伏せ方が緩くなります。これに従うすべての公表に及びます
diff-profile-file-stricter = プロファイル { $profile } の伏せ方が厳しくなります。これに従うすべての公表に及びます
diff-profile-file-otherwise = プロファイル { $profile } の伏せ方は、ある面で緩く、ある面で厳しくなります
diff-entered = { $name } が { $file } に登録されます
diff-taken-out = { $name } が { $file } から除かれます

## Signatures

statement-missing = 声明がないので、これらのファイルには誰も署名していません
    .why = 誰も署名していないファイルは、誰のものか分かりません
    .write = <署名してください: sekisho-policy sign DIR --serial N --name NAME --key FILE>
statement-unreadable = 声明が `sign` の書いた形ではありません
    .why = 署名される内容は、一通りにしか読めてはなりません
    .write = <ファイルにもう一度署名してください>
statement-of-other-files = 声明は別のファイルについてのものです
    .why = 署名の後に何かが変わりました。署名した人はこれらのファイルを見ていません
    .write = <ファイルにもう一度署名するか、変更を取り消してください>
signature-wrong = 署名する人のどの鍵も、この声明へのこの署名を作っていません
    .why = 確かめられない署名は、誰かの企てか誤りです。どちらも見過ごしません
    .write = <ファイルを取り除くか、その人にもう一度署名してもらってください>
signatures-too-few = 署名する人のうち { $found } 人が署名し、{ $needed } 人が必要です
    .why = 誰が何を見てよいかを、一人だけでは変えられません
    .write = <ほかの人に署名してもらってください: sekisho-policy sign DIR --serial N --name NAME --key FILE>
serial-replayed = 声明の通し番号は { $serial } で、{ $newest } のファイルがすでに有効でした
    .why = 誰かが戻した古いファイルは、その後に終えたことを許すかもしれません
    .write = <最新のファイル、または後の通し番号で署名したこれらのファイル>
serial-file-unreadable = 最新の通し番号を記憶するファイルが、サーバーの書いた形ではありません
    .why = それがなければ古いファイルが戻されえます
    .write = <バックアップのファイル、または有効な最新の一式の "通し番号 ダイジェスト">
serial-file-unwritable = `{ $file }`: { $error }
    .why = 最新の通し番号を記憶できないサーバーには、古いファイルが渡されえます
    .write = <このプロセスが読み書きできるファイル>
