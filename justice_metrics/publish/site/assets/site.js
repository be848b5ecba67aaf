/* What a script adds to the pages of a site: leaving at once, filters, charts in place of pictures, copying of links.
   Without it every page is whole. It asks for nothing but the files of the site, and stores no choice but in the
   address. The hooks that it relies on are listed at the top of page.html.j2, the cube in cubes.py.

   1 Words and numbers   2 Leaving   3 The address   4 The cube   5 What a figure shows   6 Tables and files
   7 Charts   8 Figures   9 Filters   10 Copying, links, paper   11 Beginning */
(() => {
  "use strict";

  const page = document.documentElement.dataset;
  const given = (kind, name) => ((window.justiceMetrics || {})[kind] || {})[name];

  /* 1 Words and numbers ------------------------------------------------------------------------------------------- */

  const words = given("words", page.language) || {};
  const say = (name, values = {}) => (words[name] || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  const locale = Intl.NumberFormat.supportedLocalesOf(page.language)[0] || "en";
  const whole = new Intl.NumberFormat(locale, { useGrouping: "always", maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(locale, {
    useGrouping: "always", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero",
  });
  const byWords = new Intl.Collator(locale, { numeric: true, sensitivity: "base" }).compare;
  const capital = (text) => text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1);
  /** The number of a cell, or in words why there is none: hidden, not published; never zero. */
  const told = (cell) =>
    cell.n !== null ? whole.format(cell.n) : cell.status ? say(`status_${cell.status}`) : say("not_published");

  const make = (tag, attributes = {}, ...content) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...content);
    return element;
  };
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* 2 Leaving ----------------------------------------------------------------------------------------------------- */

  const exit = document.querySelector("a[data-leave]");
  const LEFT = "justice-metrics-left";

  /** Leave for the harmless page: what was shown is gone at once, and the button "back" does not bring it back. */
  const leave = () => {
    document.documentElement.hidden = true;
    document.title = "";
    try { sessionStorage.setItem(LEFT, "yes"); } catch { /* a browser that stores nothing */ }
    window.location.replace(exit.href);
  };
  /** Somebody pressed "back" on the harmless page: leave again; who opens the site anew may stay. */
  const stayAway = (returned) => {
    try {
      if (sessionStorage.getItem(LEFT) && returned) leave();
      else sessionStorage.removeItem(LEFT);
    } catch { /* as above */ }
  };
  const prepareLeaving = () => {
    if (!exit) return;
    const visit = performance.getEntriesByType("navigation")[0];
    stayAway(Boolean(visit) && visit.type === "back_forward");
    window.addEventListener("pageshow", (event) => { if (event.persisted) stayAway(true); });
    exit.addEventListener("click", (event) => { event.preventDefault(); leave(); });
    let pressed = [];
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") { pressed = []; return; }
      if (event.repeat) return;
      pressed = [...pressed, event.timeStamp].filter((time) => event.timeStamp - time < 2000);
      if (pressed.length >= 3) leave();
    });
  };

  /* 3 The address ------------------------------------------------------------------------------------------------- */

  // "#period=2024&offence=rape"; of a second cube of a page with its name in front: "#accused.sex=…"
  const plain = (text) => {
    try { return decodeURIComponent(text.replace(/\+/g, " ")); } catch { return ""; }
  };
  const coded = (text) => encodeURIComponent(text).replace(/%20/g, "+");
  const readAddress = () => {
    const pairs = window.location.hash.slice(1).split("&").filter((part) => part.includes("="));
    return new Map(pairs.map((part) => [plain(part.split("=")[0]), plain(part.slice(part.indexOf("=") + 1))]));
  };
  const written = (chosen) => {
    const pairs = [...chosen].map(([name, level]) => `${coded(name)}=${coded(level)}`);
    return pairs.length ? `#${pairs.join("&")}` : "";
  };
  const writeAddress = (chosen) => {
    const address = window.location.href.split("#")[0] + written(chosen);
    if (address !== window.location.href) window.history.pushState(null, "", address);
  };

  /* 4 The cube ---------------------------------------------------------------------------------------------------- */

  const PERIOD = "period";
  const TO_DATE = "-to-date";
  const KINDS = { month: /^\d{4}-\d\d$/, quarter: /^\d{4}-Q\d$/, year: /^\d{4}$/, to_date: /^\d{4}$/ };
  const tableName = (kind, names) => [kind, ...[...names].sort()].join("|");
  const asked = new Map();

  /** Run a script of the site once; a page that was opened from a disk cannot fetch a file. */
  const load = (address) => {
    if (!asked.has(address)) {
      asked.set(address, new Promise((done, failed) => {
        document.head.append(Object.assign(make("script"), { src: address, onload: done, onerror: failed }));
      }));
    }
    return asked.get(address);
  };
  const openCube = async (id) => {
    await load(`${page.root}data/cube-${id}.js`);
    const record = given("cubes", id);
    const dimensions = new Map(record.dimensions.map((one) => [
      one.id,
      { ...one, words: one.words[page.language], levels: new Map(one.levels.map((level, place) => [
        level.id, { ...level, place, words: level.words[page.language] },
      ])) },
    ]));
    const tables = new Map(record.tables.map((one) => [tableName(one.period, one.by), one]));
    return { id, words: record.words[page.language], dimensions, tables };
  };
  /** The table by these dimensions with its cells by place; nothing where such a combination is not published. */
  const tableOf = (cube, kind, names) => {
    const table = cube.tables.get(tableName(kind, names));
    if (table && !table.cells) {
      table.cells = new Map(table.numbers.map((n, row) => [
        table.columns.map((column) => column[row]).join("|"), { n, status: table.statuses[row] || "" },
      ]));
      table.periods = new Set(table.columns[0]);
    }
    return table;
  };
  const cellOf = (cube, table, period, levels) => {
    const places = [PERIOD, ...table.by].map((name) =>
      cube.dimensions.get(name).levels.get(name === PERIOD ? period : levels.get(name))?.place);
    return table.cells.get(places.join("|")) || { n: null, status: "" };
  };
  /** What a reader may choose by: what is counted by months, or together with something else. */
  const choosable = (cube) => [...cube.dimensions.values()].filter((one) => one.id !== PERIOD
    && [...cube.tables.values()].some((table) =>
      table.by.includes(one.id) && (table.by.length > 1 || ["month", "quarter"].includes(table.period))));
  /** Whether a figure is published by these dimensions; by which ones it is, in words. */
  const isPublished = (figure, cube, names) => {
    const others = names.filter((name) => name !== PERIOD && name !== figure.by);
    return cube.tables.has(tableName(figure.kind, figure.by ? [figure.by, ...others] : others));
  };
  const publishedBy = (figure, cube) => {
    const known = new Set(choosable(cube).map((one) => one.id));
    const choices = [...cube.tables.values()]
      .filter((table) => table.period === figure.kind && (!figure.by || table.by.includes(figure.by)))
      .map((table) => table.by.filter((name) => name !== figure.by))
      .filter((names) => names.length && names.every((name) => known.has(name)))
      .sort((a, b) => a.length - b.length)
      .map((names) => names.map((name) => cube.dimensions.get(name).words).join(" + "));
    if (!choices.length) return "";
    return say("published_by", { choices: choices.length > 8 ? `${choices.slice(0, 8).join("; ")} …` : choices.join("; ") });
  };
  const inOrder = (dimension) => {
    const levels = [...dimension.levels.values()];
    const order = dimension.ordered ? (a, b) => a.place - b.place : (a, b) => byWords(a.words, b.words);
    return levels.sort((a, b) => Boolean(a.missing) - Boolean(b.missing) || order(a, b));
  };
  const monthsToDate = (cube) => {
    const months = [...cube.dimensions.get(PERIOD).levels.keys()].filter((id) => KINDS.month.test(id));
    const last = months.length ? months[months.length - 1].slice(5) : "12";
    if (last === "12") return "";
    return last === "01" ? say("month_01") : say("span", { first: say("month_01"), last: say(`month_${last}`) });
  };
  const periodWords = (cube, id, kind) => {
    const level = cube.dimensions.get(PERIOD).levels.get(id);
    if (kind === "to_date") return monthsToDate(cube) ? `${level.words} (${monthsToDate(cube)})` : level.words;
    return level.provisional ? say("open_period", { period: level.words }) : level.words;
  };
  /** What was chosen of one dimension, in words. What is unknown here is never shown as it stands in the address. */
  const levelWords = (cube, name, id) => {
    if (name !== PERIOD) return cube.dimensions.get(name).levels.get(id)?.words ?? "–";
    const year = id.replace(TO_DATE, "");
    if (!cube.dimensions.get(PERIOD).levels.has(year)) return "–";
    return periodWords(cube, year, id.endsWith(TO_DATE) ? "to_date" : "year");
  };
  const chosenWords = (cube, chosen) => [...chosen].map(([name, id]) =>
    `${capital(cube.dimensions.get(name).words)}: ${levelWords(cube, name, id)}`).join(" · ");

  /* 5 What a figure shows ----------------------------------------------------------------------------------------- */

  const YEARS = 5;

  /** The periods of a figure, and the one that it is about: the chosen one, else the last that is over. */
  const periodsOf = (cube, table, kind, year) => {
    const levels = [...cube.dimensions.get(PERIOD).levels.values()]
      .filter((one) => KINDS[kind].test(one.id) && table.periods.has(one.place));
    if (year) {
      const kept = levels.filter((one) => [year, String(Number(year) - 1)].includes(one.id.slice(0, 4)));
      const own = kept.filter((one) => one.id.slice(0, 4) === year);
      return { kept, focus: own.length ? own[own.length - 1] : null };
    }
    const over = levels.filter((one) => kind === "to_date" || !one.provisional);
    const kept = kind === "year" || kind === "to_date" ? levels.slice(-YEARS) : levels;
    return { kept, focus: over[over.length - 1] || levels[levels.length - 1] || null };
  };

  /** All that a figure shows of what was chosen: its cells by group and period; null where that is not published. */
  const shownOf = (figure, cube, chosen) => {
    const period = chosen.get(PERIOD) || "";
    const year = period.replace(TO_DATE, "");
    const kind = figure.kind === "year" && period.endsWith(TO_DATE) ? "to_date" : figure.kind;
    const others = [...chosen.keys()].filter((name) => name !== PERIOD && name !== figure.by);
    const table = tableOf(cube, kind, figure.by ? [figure.by, ...others] : others);
    if (!table) return null;
    const { kept, focus } = periodsOf(cube, table, kind, year);
    if (!focus) return null;
    const before = kept[kept.indexOf(focus) - 1] || null;
    const groups = figure.by ? inOrder(cube.dimensions.get(figure.by)) : [{ id: "", words: "" }];
    const rows = groups.map((level) => {
      const levels = new Map(chosen).set(figure.by, level.id);
      const cells = new Map(kept.map((one) => [one.id, cellOf(cube, table, one.id, levels)]));
      return { level, cells };
    }).filter((row) => [...row.cells.values()].some((cell) => cell.n !== null || cell.status));
    if (!rows.length) return null;
    if (figure.by && !cube.dimensions.get(figure.by).ordered) rows.sort(largestFirst(focus));
    // a map compares all places; elsewhere the chosen group stands alone
    const own = rows.filter((row) => !chosen.has(figure.by) || row.level.id === chosen.get(figure.by));
    return own.length ? { cube, chosen, kind, periods: kept, focus, before, rows: own, everywhere: rows } : null;
  };
  const largestFirst = (focus) => (a, b) => {
    const size = (row) => row.cells.get(focus.id).n;
    return Boolean(a.level.missing) - Boolean(b.level.missing) || (size(a) === null) - (size(b) === null)
      || size(b) - size(a) || byWords(a.level.words, b.level.words);
  };
  /** One sentence of what to read in it. */
  const sentence = (figure, shown) => {
    const period = periodWords(shown.cube, shown.focus.id, shown.kind);
    const cells = shown.rows.map((row) => ({ words: row.level.words, cell: row.cells.get(shown.focus.id) }));
    if (!figure.by) return say("one_period", { period, n: told(cells[0].cell) });
    const known = cells.filter((one) => one.cell.n !== null).sort((a, b) => b.cell.n - a.cell.n);
    const listed = (known.length ? known.slice(0, 3) : cells.slice(0, 1))
      .map((one) => (cells.length === 1 ? told(one.cell) : `${one.words} (${told(one.cell)})`)).join(", ");
    if (cells.length === 1) return say("one_period", { period, n: listed });
    const most = say("most", { period, listed });
    return known.length < cells.length ? `${most} ${say("shown_only")}` : most;
  };

  /* 6 Tables and files -------------------------------------------------------------------------------------------- */

  const headings = (figure) => all("thead th", figure.table).map((one) => one.textContent);
  const column = (text) => ({ text, number: true });

  /** The rows of a table as the page shows it: groups or months against years, or one period in each row. */
  const gridOf = (figure, shown) => {
    // that the years end with the same month stands in the caption
    const title = (one) => (shown.kind === "to_date" ? one.words : periodWords(shown.cube, one.id, shown.kind));
    if (figure.by) {
      return {
        head: [{ text: figure.heads[0] }, ...shown.periods.map((one) => column(title(one)))],
        rows: shown.rows.map((row) => [row.level.words, ...shown.periods.map((one) => row.cells.get(one.id))]),
      };
    }
    const cells = shown.rows[0].cells;
    if (figure.turned === "months") {
      const years = [...new Set(shown.periods.map((one) => one.id.slice(0, 4)))];
      const months = [...new Set(shown.periods.map((one) => one.id.slice(5)))].sort();
      return {
        head: [{ text: figure.heads[0] }, ...years.map(column)],
        rows: months.map((month) => [
          say(`month_${month}`), ...years.map((year) => cells.get(`${year}-${month}`)),
        ]),
      };
    }
    return {
      head: [{ text: figure.heads[0] }, column(figure.heads[2] || figure.heads[1])],
      rows: shown.periods.map((one) => [title(one), cells.get(one.id)]),
    };
  };
  const drawTable = (figure, shown, caption) => {
    const grid = gridOf(figure, shown);
    const head = grid.head.map((one) => make("th", { scope: "col", class: one.number ? "number" : null }, one.text));
    const body = grid.rows.map(([first, ...cells]) => make("tr", {}, make("th", { scope: "row" }, first),
      ...cells.map((cell) => make("td", { class: cell && cell.n !== null ? "number" : "number hidden" },
        cell ? told(cell) : "–"))));
    const table = make("table", { class: "data" }, make("caption", { class: "unseen" }, caption),
      make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
    const scroll = {
      class: body.length > 25 ? "scroll long" : "scroll", role: "region", tabindex: "0", "aria-label": `${figure.title}: ${caption}`,
    };
    const title = make("p", { class: "table-title", "aria-hidden": "true" }, caption);
    figure.table.replaceChildren(title, make("div", scroll, table));
  };

  /** What is shown, one number in each row, with ids and words: the shape of the csv files of the site. */
  const records = (figure, shown) => {
    const { cube, chosen, kind } = shown;
    const fixed = [...chosen].filter(([name]) => name !== PERIOD && name !== figure.by);
    return shown.rows.flatMap((row) => shown.periods.map((one) => {
      const cell = row.cells.get(one.id);
      const named = figure.by ? [...fixed, [figure.by, row.level.id]] : fixed;
      const groups = named.flatMap(([name, id]) => [[name, id], [`${name}_label`, levelWords(cube, name, id)]]);
      return Object.fromEntries([...groups, ["period", one.id], ["period_kind", kind],
        ["maturity", one.provisional ? "provisional" : "complete"], ["count", cell.n],
        ["count__status", cell.n === null ? cell.status || "not_published" : ""]]);
    }));
  };
  // where the decimal mark is a comma, spreadsheets expect ";" between cells
  const between = tenth.format(0.5).includes(",") ? ";" : ",";
  /** A cell of a csv file; text that a spreadsheet would take for a formula gets a ' in front. */
  const csvCell = (value) => {
    const text = typeof value === "string" && /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",;\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const csvOf = (rows) => {
    const lines = [Object.keys(rows[0]), ...rows.map(Object.values)];
    return `\ufeff${lines.map((line) => line.map(csvCell).join(between)).join("\r\n")}\r\n`;
  };
  const jsonOf = (figure, shown) => JSON.stringify({
    id: figure.id, title: figure.title, cube: shown.cube.id, published_on: page.release,
    selection: Object.fromEntries(shown.chosen), says: chosenWords(shown.cube, shown.chosen),
    rows: records(figure, shown),
  }, null, 1);

  /** Let a link download what is shown; null brings back the file of the whole figure. */
  const offer = (figure, kind, content, type) => {
    const link = figure.files.get(kind);
    if (!link) return;
    if (link.dataset.made) URL.revokeObjectURL(link.dataset.made);
    delete link.dataset.made;
    link.parentElement.hidden = content === "";
    if (content === null) link.setAttribute("href", link.dataset.whole);
    if (content) {
      link.dataset.made = URL.createObjectURL(new Blob([content], { type }));
      link.setAttribute("href", link.dataset.made);
    }
    const name = written(figure.chosen).replace(/[^A-Za-z0-9]+/g, "-").slice(0, 80);
    link.setAttribute("download", content ? `${figure.id}${page.suffix}${name}.${kind}` : "");
  };
  const offerFiles = (figure, shown) => {
    offer(figure, "csv", shown && csvOf(records(figure, shown)), "text/csv");
    offer(figure, "json", shown && jsonOf(figure, shown), "application/json");
    // a picture of what is shown comes with its chart; a workbook there is of the whole figure only
    for (const kind of ["svg", "png", "xlsx"]) offer(figure, kind, figure.chosen.size ? "" : null);
  };

  /* 7 Charts ------------------------------------------------------------------------------------------------------ */

  const rowOf = (cell, fields) => ({ series: "now", ...fields, n: cell.n, text: told(cell), status: cell.status });
  const seriesOf = (spec, said) => {
    spec.usermeta.series = said;
    for (const one of spec.params || []) if (one.name === "series_words") one.value = said;
  };
  const absent = (cube, focus) => ({ id: "", words: String(Number(focus.id.slice(0, 4)) - 1) });

  /** Put what is shown into the specification of each kind of chart; false where it cannot draw it. */
  const PUT = {
    levels(spec, shown) {
      const { cube, focus, kind } = shown;
      const before = spec.usermeta.series.before === undefined ? null : shown.before;
      const most = Math.max(15, new Set(spec.datasets.numbers.map((row) => row.level)).size);
      const rows = shown.rows.slice(0, most).flatMap(({ level, cells }) => {
        const named = { level: level.id, label: capital(level.words) };
        const now = rowOf(cells.get(focus.id), { ...named, period: focus.id, series: level.missing ? "not_known" : "now" });
        return before ? [now, rowOf(cells.get(before.id), { ...named, period: before.id, series: "before" })] : [now];
      });
      if (spec.usermeta.series.now !== undefined) {
        const earlier = before ? periodWords(cube, before.id, kind) : `${absent(cube, focus).words}: ${say("status_not_available")}`;
        seriesOf(spec, { now: periodWords(cube, focus.id, kind), before: earlier });
      }
      if (spec.usermeta.band) spec.height = spec.usermeta.band * new Set(rows.map((row) => row.level)).size;
      return rows;
    },
    months(spec, shown) {
      const year = shown.focus.id.slice(0, 4);
      const years = { now: year, before: String(Number(year) - 1) };
      const labels = new Map(spec.datasets.numbers.map((row) => [row.level, row.label]));
      const cells = shown.rows[0].cells;
      const rows = [...labels].flatMap(([month, label]) => Object.entries(years).flatMap(([series, which]) => {
        const id = `${which}-${month}`;
        if (cells.has(id)) return [rowOf(cells.get(id), { level: month, label, period: id, series })];
        // a month that is not over still has its place on the axis
        return series === "now" ? [{ level: month, label, period: id, series, n: null, text: "", status: "" }] : [];
      }));
      const hidden = rows.some((row) => row.series === "before" && row.n === null);
      const earlier = rows.some((row) => row.series === "before") ? { before: years.before } : {};
      seriesOf(spec, { now: year, ...earlier, ...(hidden ? { hidden: `${years.before}: ${say("status_suppressed")}` } : {}) });
      legendOf(spec, ["now", ...Object.keys(earlier), ...(hidden ? ["hidden"] : [])]);
      return rows;
    },
    years(spec, shown) {
      const within = shown.kind === "year" && tableOf(shown.cube, "to_date", [...shown.chosen.keys()].filter((one) => one !== PERIOD));
      const inside = Boolean(within) && spec.datasets.numbers.some((row) => row.series === "to_date");
      return shown.periods.flatMap((one) => {
        const named = { level: one.id, label: one.words, period: one.id };
        const cell = shown.rows[0].cells.get(one.id);
        const rows = [rowOf(cell, { ...named, series: one.provisional ? "provisional" : "year" })];
        if (!inside || one.provisional) return rows;
        const part = cellOf(shown.cube, within, one.id, shown.chosen);
        return part.n === null && cell.n === null ? rows : [...rows, rowOf(part, { ...named, series: "to_date" })];
      });
    },
    map(spec, shown) {
      const places = shown.everywhere.filter((row) => !row.level.missing);
      const cells = places.map((row) => row.cells.get(shown.focus.id));
      const { breaks, of } = mapClasses(cells.map((cell) => cell.n), 10);
      if (!breaks.length) return null;
      const colours = spec.usermeta.colours[breaks.length - 2];
      const steps = colours.map((colour, place) => {
        const [low, high] = [Math.ceil(breaks[place]), Math.ceil(breaks[place + 1]) - 1];
        const text = low >= high ? whole.format(low) : say("class", { low: whole.format(low), high: whole.format(high) });
        return { step: String(place), text, colour, ink: isDark(colour) ? "#ffffff" : "#1c1f24" };
      }).filter((one) => of.includes(Number(one.step)));
      const names = new Map(spec.datasets.numbers.map((row) => [row.level, row.label]));
      const known = new Map(places.map((row, place) => [row.level.id, { cell: cells[place], step: of[place] }]));
      const rows = [...names].map(([level, label]) => {
        const { cell, step } = known.get(level) || { cell: { n: null, status: "" }, step: null };
        const hidden = step === null && cell.status === "suppressed";
        const text = step !== null ? steps.find((one) => one.step === String(step)).text : say(hidden ? "map_hidden" : "map_no_number");
        return { level, label, period: shown.focus.id, series: "now", n: step, text, status: step !== null ? "" : hidden ? "suppressed" : "not_available" };
      });
      for (const [step, status] of [["hidden", "suppressed"], ["no_number", "not_available"]]) {
        const one = rows.find((row) => row.status === status);
        if (one) steps.push({ step, text: one.text, colour: "#ffffff", ink: "#1c1f24" });
      }
      const title = (spec.params || []).find((one) => one.name === "map_title");
      const from = spec.datasets.numbers[0].period;
      if (title && from) title.value = title.value.map((line) => line.replace(from, periodWords(shown.cube, shown.focus.id, shown.kind)));
      spec.height += 22 * Math.max(0, steps.length - spec.datasets.steps.length);
      spec.datasets.steps = steps;
      return rows;
    },
  };
  /** Change every legend that lists series by name. */
  const legendOf = (part, values) => {
    for (const [name, inner] of Object.entries(part)) {
      if (name === "legend" && inner && Array.isArray(inner.values)) inner.values = values;
      else if (inner && typeof inner === "object" && name !== "datasets") legendOf(inner, values);
    }
  };
  const isDark = (colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.2;
  };

  /** Classes of a map as disclosure/classes.py makes them: round limits near quantiles, enough areas and cases in each. */
  function mapClasses(values, minimum) {
    const [fewestAreas, room, wanted] = [2, 4, 5];
    const round = (number) => Number(number.toFixed(12));
    const unique = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);
    const stepOf = (width) => {
      const power = 10 ** Math.floor(Math.log10(width));
      return Math.max(...[1, 2, 5].filter((one) => one * power <= width * (1 + 1e-12))) * power;
    };
    const roundest = (low, high) => {
      if (!(high > low)) return { limit: NaN, step: 0 };
      let step = stepOf(Math.max(Math.abs(low), Math.abs(high)) * 10);
      for (;;) {
        const limit = round(Math.floor(high / step + 1e-9) * step);
        if (limit > low || step < (high - low) / 10) return { limit, step };
        step = stepOf(step * 0.999);
      }
    };
    const even = (number) => { // as Python rounds: a half goes to the even number
      const down = Math.floor(number);
      return number - down === 0.5 ? down + (down % 2) : Math.round(number);
    };
    const limitsOf = (sorted, classes) => {
      const far = Math.floor(sorted.length / (room * classes));
      const beside = [0, ...Array.from({ length: far }, (_, one) => [-one - 1, one + 1]).flat()];
      const places = Array.from({ length: classes - 1 }, (_, one) => even((sorted.length * (one + 1)) / classes));
      const inner = unique(places.map((middle) => beside.map((shift) => middle + shift)
        .filter((place) => place > 0 && place < sorted.length)
        .map((place) => roundest(sorted[place - 1], sorted[place]))
        .reduce((best, found) => (found.step > best.step ? found : best), { limit: NaN, step: -1 }).limit)
        .filter(Number.isFinite));
      const [low, high, last] = [sorted[0], sorted[sorted.length - 1], inner[inner.length - 1]];
      const span = high - low || Math.abs(high) || 1;
      const first = stepOf(inner.length && inner[0] > low ? inner[0] - low : span);
      const final = stepOf(inner.length && last < high ? high - last : span);
      const ends = [Math.floor(low / first) * first, Math.floor(high / final) * final + final];
      return unique([...ends, ...inner.filter((one) => one > ends[0] && one < ends[1])].map(round));
    };
    const enough = (members) => members.length >= fewestAreas && members.reduce((a, b) => a + b, 0) >= minimum;
    const sorted = values.filter((one) => one !== null).sort((a, b) => a - b);
    for (let classes = enough(sorted) ? wanted : 0; classes > 0; classes -= 1) {
      const breaks = limitsOf(sorted, classes);
      const place = (one) => Math.min(Math.max(breaks.filter((each) => each <= one).length - 1, 0), breaks.length - 2);
      const of = values.map((one) => (one === null ? null : place(one)));
      if (breaks.slice(1).every((_, each) => enough(values.filter((one, at) => of[at] === each)))) return { breaks, of };
    }
    return { breaks: [], of: values.map(() => null) };
  }

  /** Draw the chart of a figure in place of its picture; where that fails, the picture of the whole stays. */
  const draw = async (figure, shown) => {
    const turn = (figure.turn += 1);
    const isLatest = () => turn === figure.turn;
    try {
      await Promise.all([load(page.vega), load(figure.chart)]);
      if (!isLatest()) return;
      const spec = JSON.parse(JSON.stringify(given("charts", figure.id)));
      if (shown) {
        const rows = PUT[spec.usermeta.chart]?.(spec, shown);
        // where every number is hidden there is nothing to draw; the table says so
        if (!rows || rows.every((row) => row.n === null)) { showPicture(figure, false); return; }
        spec.datasets.numbers = rows;
        spec.description = `${figure.title}. ${figure.reads.textContent}`;
      }
      const box = make("div", { class: "chart" });
      figure.picture.append(box);
      const { view } = await window.vegaEmbed(box, spec, { logLevel: 1 });
      if (!isLatest()) { view.finalize(); box.remove(); return; }
      removeChart(figure);
      figure.drawn = { view, box };
      for (const one of figure.stills) one.hidden = true;
      // layers of nothing would be announced as images without a name
      for (const one of all('[role="graphics-symbol"]:not([aria-label])', box)) {
        for (const name of ["role", "aria-roledescription"]) one.removeAttribute(name);
      }
      if (shown) offer(figure, "svg", await view.toSVG(), "image/svg+xml");
    } catch {
      if (isLatest()) showPicture(figure, !shown);
    }
  };
  const removeChart = (figure) => {
    if (figure.drawn) { figure.drawn.view.finalize(); figure.drawn.box.remove(); }
    for (const box of all(".chart", figure.picture).slice(0, -1)) box.remove();
    figure.drawn = null;
  };
  /** Show the picture that came with the page, or nothing where it would tell other numbers than the table. */
  const showPicture = (figure, whole_) => {
    if (figure.drawn) { figure.drawn.view.finalize(); figure.drawn.box.remove(); figure.drawn = null; }
    for (const one of figure.stills) one.hidden = !whole_;
  };

  /* 8 Figures ----------------------------------------------------------------------------------------------------- */

  const figureOf = (section) => {
    const part = (name) => section.querySelector(`[data-${name}]`);
    const figure = {
      section, id: section.dataset.figure, cube: section.dataset.cube || "", by: section.dataset.by || "",
      turned: section.dataset.turned, kind: section.dataset.period || "", title: section.querySelector("h1, h2").textContent,
      reads: part("reads"), picture: part("picture"), table: part("table"), permalink: part("permalink"), embed: part("embed"), open: section.querySelector("p.provisional"),
      stills: [...part("picture").children], chart: part("picture").dataset.chart || "", drawn: null, turn: 0,
      chosen: new Map(), files: new Map(all("a[data-file]", section).map((link) => [link.dataset.file, link])),
    };
    for (const link of figure.files.values()) link.dataset.whole = link.getAttribute("href");
    figure.heads = headings(figure);
    figure.whole = { reads: figure.reads.textContent, table: [...figure.table.childNodes], embed: figure.embed?.value };
    return figure;
  };
  /** What stands beside the table and tells of the whole figure only. */
  const asides = (figure) => {
    const numbers = figure.table.closest("details");
    return numbers ? [...all(".size", numbers), ...[...numbers.children].filter((one) => one.tagName !== "SUMMARY" && one !== figure.table)] : [];
  };
  const showWhole = (figure) => {
    figure.chosen = new Map();
    figure.reads.textContent = figure.whole.reads;
    figure.table.replaceChildren(...figure.whole.table);
    for (const one of [...asides(figure), ...(figure.open ? [figure.open] : [])]) one.hidden = false;
    offerFiles(figure, null);
    linksOf(figure);
    if (figure.drawn || figure.stills.some((one) => one.hidden)) {
      showPicture(figure, true);
      if (figure.chart && page.vega) draw(figure, null);
    }
  };
  /** Show what was chosen; returns whether it is published. */
  const showChosen = (figure, cube, chosen) => {
    figure.chosen = chosen;
    const shown = shownOf(figure, cube, chosen);
    const selection = `${say("shown_now")}: ${chosenWords(cube, chosen)}`;
    figure.reads.textContent = shown ? `${selection}. ${sentence(figure, shown)}` : `${selection}. ${capital(say("not_published"))}.`;
    for (const one of asides(figure)) one.hidden = true;
    if (figure.open) figure.open.hidden = !shown || !shown.periods.some((one) => one.provisional);
    if (shown) drawTable(figure, shown, `${say(shown.kind)} · ${chosenWords(cube, chosen)}`);
    else figure.table.replaceChildren(make("p", { class: "empty" }, `${capital(say("not_published"))}. ${publishedBy(figure, cube)}`));
    offerFiles(figure, shown);
    if (!shown) for (const kind of ["csv", "json"]) offer(figure, kind, "");
    linksOf(figure);
    if (shown && figure.chart && page.vega) draw(figure, shown);
    else { figure.turn += 1; showPicture(figure, false); }
    return Boolean(shown);
  };
  /** Let permalink and embed code lead to what is shown. */
  const linksOf = (figure) => {
    const own = written(figure.chosen);
    if (figure.permalink) figure.permalink.setAttribute("href", figure.permalink.getAttribute("href").split("#")[0] + own);
    if (!figure.embed) return;
    const address = figure.embed.dataset.address;
    const public_ = figure.whole.embed.includes(`"${address}"`) && window.location.protocol.startsWith("http");
    const whole_ = public_ ? new URL(address, window.location.href).href : address;
    figure.embed.value = figure.whole.embed.replace(`${address}"`, `${whole_}${own}"`);
  };

  /* 9 Filters ----------------------------------------------------------------------------------------------------- */

  const figures = all("[data-figure]").map(figureOf);
  const forms = new Map(all("form[data-filters]").map((form) => [form.dataset.filters, form]));
  const population = [...new Set([...forms.keys(), ...figures.map((one) => one.cube).filter(Boolean)])];
  const prefix = (id) => (population.indexOf(id) > 0 ? `${id}.` : "");
  const cubes = new Map();
  let applied = null;

  /** What the address chooses from a cube. */
  const chosenIn = (cube) => {
    const address = readAddress();
    return new Map([...cube.dimensions.keys()].map((name) => [name, address.get(prefix(cube.id) + name)])
      .filter(([, level]) => level));
  };
  const option = (value, text) => make("option", { value }, text);
  const periodOptions = (cube) => {
    const levels = [...cube.dimensions.get(PERIOD).levels.values()].filter((one) => KINDS.year.test(one.id)).reverse();
    const group = (kind, mark) => make("optgroup", { label: say(kind) },
      ...levels.map((one) => option(one.id + mark, periodWords(cube, one.id, kind))));
    const kinds = new Set([...cube.tables.values()].map((one) => one.period));
    return [...(kinds.has("year") ? [group("year", "")] : []),
      ...(kinds.has("to_date") && monthsToDate(cube) ? [group("to_date", TO_DATE)] : [])];
  };
  const fillForm = (form, cube) => {
    const choice = (name, text, options) => make("label", {}, text,
      make("select", { name }, option("", capital(say("all_levels"))), ...options));
    form.querySelector("[data-choices]").replaceChildren(
      choice(PERIOD, capital(cube.dimensions.get(PERIOD).words), periodOptions(cube)),
      ...choosable(cube).map((one) => choice(one.id, capital(one.words), inOrder(one).map((level) => option(level.id, capital(level.words))))),
    );
    if (forms.size > 1) {
      const name = `${say("filters")}: ${cube.words}`;
      form.setAttribute("aria-label", name);
      form.querySelector(".filters-title").textContent = name;
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => choose(cube, new Map(new FormData(form))));
    form.addEventListener("reset", (event) => { event.preventDefault(); choose(cube, new Map()); });
    for (const one of [form, ...all(".filters-title, [data-reset]", form)]) one.hidden = false;
    for (const one of all("[data-no-script]")) one.hidden = true;
  };
  const fill = (id) => ready(id).then(() => { applied = null; return apply(); }, () => {});
  /** Show a button in place of the choices, until somebody presses it. */
  const offerForm = (form, id) => {
    const parts = all(".filters-title, [data-reset]", form);
    const button = make("button", { type: "button", class: "offer" }, say("filters"));
    button.addEventListener("click", () => fill(id).then(() => form.querySelector("select")?.focus()));
    form.querySelector("[data-choices]").replaceChildren(button);
    for (const one of parts) one.hidden = true;
    form.hidden = false;
    for (const one of all("[data-no-script]")) one.hidden = true;
  };
  const choose = (cube, chosen) => {
    const address = readAddress();
    for (const name of cube.dimensions.keys()) {
      address.delete(prefix(cube.id) + name);
      if (chosen.get(name)) address.set(prefix(cube.id) + name, chosen.get(name));
    }
    writeAddress(address);
    apply();
  };
  const ready = (id) => {
    if (!cubes.has(id)) {
      cubes.set(id, openCube(id).then((cube) => {
        if (forms.has(id)) fillForm(forms.get(id), cube);
        return cube;
      }));
    }
    return cubes.get(id);
  };
  const showForm = (form, cube, chosen, missing) => {
    for (const select of all("select", form)) {
      const level = chosen.get(select.name) || "";
      if (![...select.options].some((one) => one.value === level)) select.append(option(level, levelWords(cube, select.name, level)));
      select.value = level;
    }
    const mine = figures.filter((one) => one.cube === cube.id);
    for (const select of all("select", form)) {
      // a choice that would leave nothing on the page leads nowhere
      const leads = select.value || mine.some((one) => isPublished(one, cube, [...chosen.keys(), select.name]));
      select.disabled = !leads && select !== document.activeElement;
    }
    const said = `${say("shown_now")}: ${chosen.size ? chosenWords(cube, chosen) : say("all_levels")}.`;
    form.querySelector("[data-selection]").textContent =
      missing ? `${said} ${say("missing_figures", { n: whole.format(missing), total: whole.format(mine.length) })}` : said;
  };
  /** Bring the page to what the address says. */
  const apply = async () => {
    const address = written(readAddress());
    if (address === applied) return;
    applied = address;
    for (const link of all("a[data-translation]")) link.setAttribute("href", link.getAttribute("href").split("#")[0] + window.location.hash);
    for (const id of population) {
      const open = cubes.has(id) || (address && [...readAddress().keys()].length);
      if (!open) continue;
      let cube;
      try { cube = await ready(id); } catch { continue; }
      const chosen = chosenIn(cube);
      let missing = 0;
      for (const figure of figures.filter((one) => one.cube === id)) {
        if (!chosen.size) showWhole(figure);
        else if (!showChosen(figure, cube, chosen)) missing += 1;
      }
      if (forms.has(id)) showForm(forms.get(id), cube, chosen, missing);
    }
    for (const figure of forms.size ? figures.filter((one) => !one.cube) : []) unchanged(figure, Boolean(address));
  };
  const unchanged = (figure, told_) => {
    figure.section.querySelector("[data-unchanged]")?.remove();
    if (told_) figure.reads.after(make("p", { class: "warning", "data-unchanged": true }, say("unchanged")));
  };

  /* 10 Copying, links, paper -------------------------------------------------------------------------------------- */

  const status = make("p", { class: "unseen", role: "status" });
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // an old browser, or a page inside another one
      const box = make("textarea", { class: "unseen", "aria-hidden": "true" }, text);
      const focused = document.activeElement;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      focused?.focus();
    }
    status.textContent = "";
    window.setTimeout(() => { status.textContent = `${say("copied")}.`; }, 50);
  };
  const prepareCopying = () => {
    document.body.append(status);
    for (const button of all("button[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy).value));
    }
    for (const figure of figures.filter((one) => one.permalink)) {
      const button = make("button", { type: "button", class: "copy-link" }, say("copy_link"));
      button.addEventListener("click", () => copy(figure.permalink.href));
      figure.permalink.parentElement.after(make("li", {}, button));
    }
  };
  /** A link within the page moves to its place and leaves in the address what was chosen. */
  const prepareLinks = () => document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || !readAddress().size) return;
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  });
  const preparePaper = () => {
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = all("details:not([open])");
      for (const one of opened) one.open = true;
    });
    window.addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
  };

  /* 11 Beginning -------------------------------------------------------------------------------------------------- */

  /** Do something when an element comes near what the reader sees. */
  const whenNear = (element, act) => {
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) { watch.disconnect(); act(); }
    }, { rootMargin: "400px" });
    watch.observe(element);
  };

  prepareLeaving();
  prepareCopying();
  prepareLinks();
  preparePaper();
  for (const figure of figures) {
    linksOf(figure);
    if (figure.chart && page.vega) whenNear(figure.picture, () => { if (!figure.turn) draw(figure, null); });
  }
  for (const id of forms.keys()) {
    const first = figures.find((one) => one.cube === id);
    // the cube of a whole country is large: the first page asks for it only when somebody wants to choose
    if (page.page === "start") offerForm(forms.get(id), id);
    else if (first) whenNear(first.section, () => fill(id));
  }
  window.addEventListener("popstate", apply);
  window.addEventListener("hashchange", apply);
  apply();
})();
