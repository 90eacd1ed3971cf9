"""The words of the evaluation."""

EVALUATION = {
    "evaluation.what": "Asks your documents many questions, to measure how well the right page is "
    "found and how often the answer is right. The same measures as evaluate on the command line.",
    "evaluation.new": "A new question set",
    "evaluation.make": "Make questions of my documents",
    "evaluation.make_how": "Without a language model, of definitions, headings and key terms; "
    "with some questions that the documents do not answer.",
    "evaluation.made": "Made of the documents",
    "evaluation.type": "Type questions",
    "evaluation.typed": "Typed by me",
    "evaluation.import": "Import a question set",
    "evaluation.set": "Question set",
    "evaluation.questions": "Look at {n} question, and change it|Look at {n} questions, and "
    "change them",
    "evaluation.page": "Page or section",
    "evaluation.answer": "Right answer",
    "evaluation.answerable": "Answered there",
    "evaluation.save": "Save",
    "evaluation.export": "Export",
    "evaluation.delete": "Delete the set",
    "evaluation.run": "Measure",
    "evaluation.stop": "Stop",
    "evaluation.cancelled": "Stopped. Nothing of this run was kept.",
    "evaluation.results": "Results",
    "evaluation.run_shown": "{name} · Run",
    "evaluation.measure": "Measure",
    "evaluation.keep": "Download the results (JSON)",
    "evaluation.rank": "Rank",
    "evaluation.right": "Answer is right",
    "evaluation.each": "Result of {n} question|Results of {n} questions",
    "evaluation.missed": "Answered wrongly:",
    "measure.page_hit@1": "right page first",
    "measure.page_hit@5": "right page among five",
    "measure.page_mrr@10": "MRR",
    "measure.answer_contains_gold": "answer holds what is right",
    "measure.citation_validity": "citations verified",
    "measure.abstention_recall": "unanswerable ones declined",
    "measure.search_p50_ms": "search, ms (median)",
    "evaluation.collection": "Collection to examine",
    "evaluation.elsewhere": "{n} document that the questions name is not in this collection: its "
    "questions will find nothing.|{n} documents that the questions name are not in this "
    "collection: their questions will find nothing.",
    "evaluation.two": "Two settings side by side",
    "evaluation.search": "{name} · Search",
    "evaluation.search_judged": "words and meaning, judged",
    "evaluation.search_ranks": "words and meaning, by rank only",
    "evaluation.search_words": "words only (BM25)",
    "evaluation.search_meaning": "meaning only (cosine)",
    "evaluation.search_how": "Judged is what the chat does: a reranker reads what both searches "
    "found. By rank only joins both lists (reciprocal rank fusion) without it. Only a judged "
    "search knows how likely its passages are, so that only it can decline by them.",
    "evaluation.embedding": "{name} · Embedding",
    "evaluation.embedding_how": "The one in use, one that learned from your documents, or any "
    "other. Vectors of another one are made once and kept; nothing of the chat changes.",
    "evaluation.tuned": "learned here, {when}",
    "evaluation.k": "{name} · Passages read",
    "evaluation.k_how": "How many of the passages found are read for an answer.",
    "evaluation.emphasis": "{name} · What counts more, or less",
    "evaluation.value": "Value",
    "evaluation.chart": "The measures of both runs as bars",
    "evaluation.better": "{name} finds more, and by more than chance: nDCG@10 of B − A is {gain} "
    "(95 % interval {low} … {high}, {n} questions, {differ} of them differ).",
    "evaluation.no_difference": "No difference can be told from chance: nDCG@10 of B − A is "
    "{gain} (95 % interval {low} … {high}, {n} questions, {differ} of them differ). More "
    "questions would tell more.",
    "evaluation.chance": "The intervals come from a bootstrap that draws the questions in pairs a "
    "thousand times. Fewer than six questions that differ are never called more than chance; and "
    "of twenty measures one differs by chance.",
    "evaluation.interval": "95 % interval",
    "evaluation.more_than_chance": "More than chance",
    "evaluation.went_better": "better with {name}",
    "evaluation.same": "same",
    "evaluation.outcome": "Outcome",
    "evaluation.each_of_two": "{n} question: better with A {a}, with B {b}, same {same}|{n} "
    "questions: better with A {a}, with B {b}, same {same}",
    "measure.recall@k": "evidence among what is read (recall@k)",
    "measure.ndcg@10": "nDCG@10",
    "measure.cites_gold_page": "right page cited",
    "measure.answered_share": "answerable ones answered",
    "measure.answer_p50_ms": "answer, ms (median)",
    "evaluation.stage_embedding": "Embedding the passages ({n} of {of})",
    "evaluation.stage_asking": "Asking ({n} of {of})",
    "evaluation.other": "another one …",
    "evaluation.embedding_name": "{name} · Name of the embedding",
    "evaluation.embedding_name_how": "sentence-transformers:NAME, word-vectors:FILE or "
    "openai:NAME, as in Settings.",
    "evaluation.import_how": "Our gold pages (.jsonl, one question a line), or BEIR: "
    "queries.jsonl and qrels (.tsv), with corpus.jsonl or without, as files or as a zip. A corpus "
    "becomes a collection of its own; without one the qrels name your documents.",
    "evaluation.take_in": "Take these files in",
    "evaluation.write": "Let {model} make questions",
    "evaluation.write_how": "Sends text of the documents to the model. A question stays only "
    "where the words that it quotes as its answer stand on the page.",
    "evaluation.written": "Made by {model}",
    "evaluation.kept": "The new set has {n} question.|The new set has {n} questions.",
    "evaluation.dropped": "{n} was dropped, for nothing here proves its answer.|{n} were dropped, "
    "for nothing here proves their answers.",
    "evaluation.none_kept": "No question was kept: of {n} nothing here proves the answer.",
    "evaluation.how_many": "How many questions are asked (drawn at random)",
    "evaluation.stage_writing": "Making questions: document {n} of {of}",
    "evaluation.stage_adding": "Taking in ({n} of {of} texts)",
    "evaluation.table": "Questions of {name} (CSV)",
    "evaluation.search_learned": "words and meaning, judged without the cross-encoder",
}
