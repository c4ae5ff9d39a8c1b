// The server was set back to an earlier day: what was sent from this device since (the server's digest stands with it) goes into
// the outbox again, upon what the server has now; the rest is as the server says. Returns the items.
// The store hands over its own helpers: hashed names allow no ring of modules.
export async function giveAgain({ outbox, answers, inspection, changes, newId, contentOf, sameContent, BLANK }) {
  const there = new Map(changes.map((change) => [change.item, change]));
  const touched = [];
  for (const answer of await answers.index("inspection").getAll(inspection)) {
    const theirs = there.get(answer.item);
    const version = theirs?.version ?? 0;
    if (!answer.version || (theirs && version >= answer.version && (theirs.mine || !answer.digest || sameContent(theirs, answer)))) continue;
    // As often changed as here, by somebody else since: upon an older version, it is a conflict for the lead to settle.
    const base = Math.min(version, Math.max(answer.version - 1, 0));
    const [first] = await outbox.index("item").getAll([inspection, answer.item]);
    if (first) await outbox.put({ ...first, base: Math.min(first.base, base) });
    else if (answer.digest && !answer.lost) {
      const { item, at } = answer;
      await outbox.put({ id: newId(), inspection, item, base, after: null, content: contentOf(answer), at: at ?? new Date().toISOString(), sent: 0, held: false, errors: null });
    }
    const kept = first || answer.digest ? {} : { ...BLANK, status: "", by: "", at: null };
    await answers.put({ ...answer, ...kept, version });
    touched.push(answer.item);
  }
  return touched;
}
