// What Sphinx's search lacks: names first, headings next, each loss once, no noise.
// Sphinx puts this behind its own script, and before the index is loaded.
{
  const split = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
  // Names are one if they differ in capitals, gaps or a final "loss".
  const bare = (text) => split(text).join("").replace(/(?<=.)loss$/, "");

  // Documents that are called what is asked for.
  const named = (query) => {
    const { docnames, filenames, titles, indexentries } = Search._index;
    const found = new Map();
    titles.forEach((title, file) => {
      if (bare(title) === bare(query)) found.set(file, 300);
    });
    for (const [entry, places] of Object.entries(indexentries))
      if (bare(entry) === bare(query))
        for (const [file] of places) if (!found.has(file)) found.set(file, 200);
    return [...found].map(([file, score]) => [
      docnames[file], titles[file], "", null, score, filenames[file], "index",
    ]);
  };

  // Headings that have each word of the query.
  const headed = (query) => {
    const { docnames, filenames, titles, alltitles } = Search._index;
    const words = split(query);
    const found = [];
    for (const [heading, places] of Object.entries(alltitles)) {
      const has = new Set(split(heading));
      if (!words.length || !words.every((word) => has.has(word))) continue;
      for (const [file, id] of places) {
        const own = titles[file] === heading;
        found.push([
          docnames[file], own ? heading : `${titles[file]} > ${heading}`,
          own || id === null ? "" : `#${id}`, null,
          50 + Math.round((100 * words.length) / has.size), filenames[file], "title",
        ]);
      }
    }
    return found;
  };

  // Full text leaves out words of one or two letters: "z-loss" would find every loss.
  const whole = (query) => {
    const { docnames, terms } = Search._index;
    const short = split(query).filter((word) => word.length < 3);
    const holds = (word) => new Set([terms[word] ?? []].flat().map((k) => docnames[k]));
    const sets = short.map(holds);
    return ([docname]) => sets.every((set) => set.has(docname));
  };

  const sphinx = Search._performSearch;
  Search._performSearch = (query, ...rest) => {
    const best = [...named(query), ...headed(query)].sort((a, b) => b[4] - a[4]);
    const short = split(query).some((word) => word.length < 3);
    const text = best.length && short ? [] : sphinx(query, ...rest).reverse();
    const seen = new Set();
    const once = ([docname, , anchor]) => {
      const place = docname.startsWith("losses/") ? docname : docname + anchor;
      return !seen.has(place) && seen.add(place);
    };
    _removeChildren(document.getElementById("search-progress"));
    // The best comes last: results are taken from the end.
    return [...best, ...text.filter(whole(query))].filter(once).reverse();
  };
}
