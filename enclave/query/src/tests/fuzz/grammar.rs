//! Statements that are drawn: what the guard offers, and much that it refuses.
//!
//! The same seed and size give the same statement; a smaller size gives one with
//! fewer clauses, so that what fails can be made small.

use super::clauses::{Bound, Constructs, Random, aggregate, key};
use super::predicate::{Predicate, predicate};
use super::source::{Source, of_individuals, source};
use super::world::{Person, flipped, victim};

/// The largest statements.
pub(crate) const SIZE: usize = 3;

/// A statement, and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) constructs: Constructs,
    /// Whether the victim, with or without a value flipped, may be in a cohort.
    pub(crate) touched: bool,
    /// Which value is flipped, where that is asked.
    pub(crate) flip: usize,
    /// How many columns are group keys, and how far the victim moves each of
    /// the figures behind them; none if the rows are computed with further.
    pub(crate) figures: Option<(usize, Vec<Bound>)>,
}

/// A SELECT that is one cut.
struct Select {
    sql: String,
    keys: usize,
    bounds: Vec<Bound>,
}

impl Statement {
    /// The statement of a seed, with up to `size` of each clause.
    pub(crate) fn draw(seed: u64, size: usize) -> Self {
        let mut random = Random::new(seed);
        let flip = random.below(6);
        let mut draft = Draft {
            random,
            size,
            victims: [victim(), flipped(flip)],
            said: Constructs::new(),
            touched: false,
        };
        let (sql, figures) = draft.statement();
        let mut statement = Self {
            sql,
            constructs: draft.said,
            touched: draft.touched,
            flip,
            figures,
        };
        if draft.random.chance(25) {
            statement.spoil(&mut draft.random);
        }
        statement
    }

    /// Adds something that is refused, or that makes the statement another.
    fn spoil(&mut self, random: &mut Random) {
        self.figures = None;
        self.touched = true;
        self.constructs.insert("spoilt");
        let swaps = [
            ("count(*)", "min(age)"),
            ("count(*)", "count(DISTINCT age)"),
            ("count(*)", "array_agg(sex)"),
            ("avg(", "median("),
            ("sum(", "max("),
            ("stddev(", "sqrt("),
            ("SELECT ", "EXPLAIN SELECT "),
            ("SELECT ", "SELECT DISTINCT "),
            ("SELECT ", "SELECT *, "),
            ("SELECT ", "SELECT i.individual_id, "),
            (" WHERE ", " WHERE note LIKE 'x%' AND "),
            (" WHERE ", " WHERE individual_id = 'p0231' AND "),
            (" WHERE ", " WHERE random() < 0.5 AND "),
            (" WHERE ", " WHERE 1 / (age - 40) > 0 OR "),
            (
                " WHERE ",
                " WHERE age > (SELECT avg(age) FROM individuals) AND ",
            ),
            (" WHERE ", " TABLESAMPLE BERNOULLI (50) WHERE "),
            (" JOIN ", " FULL JOIN "),
            (" JOIN ", " CROSS JOIN "),
            (" = ", " <> "),
            (">=", "=>"),
            ("GROUP BY ", "GROUP BY CUBE "),
            ("GROUP BY ", "GROUP BY note, "),
            ("individuals", "nobody"),
            ("samples", "information_schema.tables"),
            (".sex", ".age / 0"),
            ("'", "\""),
            ("(", "(("),
        ];
        let fitting: Vec<_> = swaps
            .iter()
            .filter(|(from, _)| self.sql.contains(from))
            .collect();
        let (from, to) = **random.one(&fitting);
        self.sql = self.sql.replacen(from, to, 1);
    }
}

struct Draft {
    random: Random,
    size: usize,
    victims: [Person; 2],
    said: Constructs,
    touched: bool,
}

type Drawn = (String, Option<(usize, Vec<Bound>)>);

impl Draft {
    fn statement(&mut self) -> Drawn {
        match self.random.below(16) {
            0 => self.arithmetic(),
            1 => self.window(),
            2 => self.union(),
            3 => self.share(),
            4 | 5 => self.nested(),
            6 => self.distinct_individuals(),
            7 => self.values(),
            8 => self.cells_joined(),
            _ => self.plain(),
        }
    }

    fn source(&mut self) -> Source {
        let (construct, source) = source(&mut self.random);
        self.say(construct);
        source
    }

    fn say(&mut self, construct: &'static str) {
        self.said.insert(construct);
    }

    fn plain(&mut self) -> Drawn {
        self.say("statement.plain");
        let source = self.source();
        let select = self.select(&source, false);
        let mut sql = select.sql;
        let mut comparable = true;
        if self.random.chance(10) {
            self.say("statement.having");
            comparable = false;
            sql += if select.keys == 0 {
                " HAVING count(*) > 40"
            } else {
                " HAVING count(*) > 15"
            };
        }
        if self.random.chance(20) {
            self.say("statement.order");
            sql += " ORDER BY a0 DESC";
            if self.random.chance(50) {
                self.say("statement.limit");
                comparable = false;
                sql += " LIMIT 2";
            }
        }
        (sql, comparable.then_some((select.keys, select.bounds)))
    }

    fn arithmetic(&mut self) -> Drawn {
        self.say("statement.arithmetic");
        let source = self.source();
        let select = self.select(&source, true);
        let sql = format!(
            "WITH c AS ({}) SELECT k0, a0 * 100.0 / (SELECT sum(a0) FROM c) AS percent, \
             CASE WHEN a0 > 50 THEN 'many' ELSE 'few' END AS size FROM c WHERE a0 IS NOT NULL",
            select.sql
        );
        (sql, None)
    }

    fn window(&mut self) -> Drawn {
        self.say("statement.window");
        let source = self.source();
        let select = self.select(&source, true);
        let sql = format!(
            "SELECT k0, a0, rank() OVER (ORDER BY a0 DESC) AS place, \
             sum(a0) OVER (ORDER BY k0) AS so_far FROM ({}) c ORDER BY place, k0",
            select.sql
        );
        (sql, None)
    }

    fn union(&mut self) -> Drawn {
        self.say("statement.union");
        let mut parts = Vec::new();
        for name in ["one", "two"] {
            let source = self.source();
            let condition = self.condition(&source);
            parts.push(format!(
                "SELECT '{name}' AS part, count(*) AS n FROM {}{condition}",
                source.sql
            ));
        }
        (parts.join(" UNION ALL "), None)
    }

    fn share(&mut self) -> Drawn {
        self.say("statement.share");
        let source = self.source();
        let select = self.select(&source, true);
        let whole = self.source();
        let condition = self.condition(&whole);
        let sql = format!(
            "SELECT k0, a0 * 1.0 / (SELECT count(*) FROM {}{condition}) AS share FROM ({}) c",
            whole.sql, select.sql
        );
        (sql, None)
    }

    /// A number of each person, and what is asked of it.
    fn nested(&mut self) -> Drawn {
        self.say("statement.nested");
        let source = loop {
            let source = self.source();
            if source.most > 1 {
                break source;
            }
        };
        let condition = self.condition(&source);
        let per_person = format!(
            "SELECT {} AS individual_id, count(*) AS x FROM {}{condition} GROUP BY {}",
            source.unit, source.sql, source.unit
        );
        let sql = match self.random.below(5) {
            0 => format!("SELECT avg(x) AS a0, count(*) AS a1 FROM ({per_person}) t"),
            1 => format!(
                "SELECT CASE WHEN x >= 2 THEN 'several' ELSE 'one' END AS k0, count(*) AS a0 \
                 FROM ({per_person}) t GROUP BY 1"
            ),
            2 => format!("WITH t AS ({per_person}) SELECT sum(x) AS a0 FROM t WHERE x >= 2"),
            3 => format!(
                "WITH t AS ({per_person}) SELECT o.diagnosis AS k0, avg(t.x) AS a0 \
                 FROM individuals o JOIN t ON o.individual_id = t.individual_id GROUP BY o.diagnosis"
            ),
            _ => format!("SELECT x AS k0, count(*) AS a0 FROM ({per_person}) t GROUP BY x"),
        };
        (sql, None)
    }

    fn distinct_individuals(&mut self) -> Drawn {
        self.say("statement.distinct-individuals");
        let inner = self.source();
        let within = self.condition(&inner);
        let touched = std::mem::take(&mut self.touched);
        let people = of_individuals("individuals o", "o");
        let mut conditions = self.condition(&people);
        // The victim has to be in both.
        self.touched &= touched;
        let word = if self.random.chance(50) {
            format!("SELECT DISTINCT {} AS individual_id", inner.unit)
        } else {
            format!("SELECT {} AS individual_id", inner.unit)
        };
        let group = if word.contains("DISTINCT") {
            String::new()
        } else {
            format!(" GROUP BY {}", inner.unit)
        };
        conditions += " GROUP BY o.sex";
        let sql = format!(
            "WITH d AS ({word} FROM {}{within}{group}) SELECT o.sex AS k0, count(*) AS a0 \
             FROM individuals o JOIN d ON o.individual_id = d.individual_id{conditions}",
            inner.sql
        );
        (sql, Some((1, vec![Bound::Sum(1.0)])))
    }

    fn values(&mut self) -> Drawn {
        self.say("statement.values");
        let people = of_individuals("individuals o", "o");
        let condition = self.condition(&people);
        let sql = format!(
            "SELECT c.k0, c.n / w.column2 AS weighted FROM (SELECT o.sex AS k0, count(*) AS n \
             FROM individuals o{condition} GROUP BY o.sex) c \
             JOIN (VALUES ('female', 2.0), ('male', 3.0)) w ON c.k0 = w.column1"
        );
        (sql, None)
    }

    fn cells_joined(&mut self) -> Drawn {
        self.say("statement.cells-joined");
        let people = of_individuals("individuals o", "o");
        let (one, two) = (self.condition(&people), self.condition(&people));
        let sql = format!(
            "WITH c AS (SELECT o.diagnosis AS k0, count(*) AS n FROM individuals o{one} \
             GROUP BY o.diagnosis), d AS (SELECT o.diagnosis AS k0, avg(o.age) AS age \
             FROM individuals o{two} GROUP BY o.diagnosis) \
             SELECT k0, n, age FROM c JOIN d USING (k0) WHERE n > 20"
        );
        (sql, None)
    }

    /// A SELECT over a source; `keyed` with one key at least.
    fn select(&mut self, source: &Source, keyed: bool) -> Select {
        let condition = self.condition(source);
        let keys = self
            .random
            .below(self.size.min(2) + 1)
            .max(usize::from(keyed));
        let keys: Vec<String> = (0..keys)
            .map(|_| {
                let column = self.random.one(&source.columns).clone();
                key(&mut self.random, &column, &mut self.said)
            })
            .collect();
        let mut columns: Vec<String> = keys
            .iter()
            .enumerate()
            .map(|(at, key)| format!("{key} AS k{at}"))
            .collect();
        let mut bounds = Vec::new();
        for at in 0..=self.random.below(self.size) {
            let (sql, bound) = aggregate(
                &mut self.random,
                &source.columns,
                source.unit,
                source.most,
                &mut self.said,
            );
            columns.push(format!("{sql} AS a{at}"));
            bounds.push(bound);
        }
        let mut sql = format!(
            "SELECT {} FROM {}{condition}",
            columns.join(", "),
            source.sql
        );
        if !keys.is_empty() {
            sql += &format!(" GROUP BY {}", keys.join(", "));
        }
        Select {
            sql,
            keys: keys.len(),
            bounds,
        }
    }

    /// A WHERE clause; whether the victim is in what it leaves is kept.
    fn condition(&mut self, source: &Source) -> String {
        let drawn: Vec<Predicate> = (0..self.random.below(self.size + 1))
            .map(|_| predicate(&mut self.random, &source.columns, &mut self.said))
            .collect();
        let always = Predicate::new("TRUE".to_owned(), |_| Some(true));
        let all = drawn.iter().cloned().fold(always, Predicate::and);
        self.touched |= self
            .victims
            .iter()
            .flat_map(source.rows)
            .any(|row| (all.holds)(&row) == Some(true));
        let mut conditions: Vec<&str> = source.condition.into_iter().collect();
        conditions.extend(drawn.iter().map(|predicate| predicate.sql.as_str()));
        if conditions.is_empty() {
            return String::new();
        }
        format!(" WHERE {}", conditions.join(" AND "))
    }
}
