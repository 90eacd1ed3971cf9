"""평가 페이지의 말."""

EVALUATION = {
    "evaluation.what": "내 문서에 질문을 여러 개 물어, 맞는 쪽을 얼마나 잘 찾고 답이 얼마나 "
    "맞는지 재요. 명령줄의 evaluate와 같은 방법이에요.",
    "evaluation.new": "질문 모음 만들기",
    "evaluation.make": "문서에서 질문 만들기",
    "evaluation.make_how": "언어 모델 없이 정의와 제목, 핵심 낱말로 만들어요. 문서에 답이 없는 "
    "질문도 몇 개 섞어요.",
    "evaluation.made": "문서에서 만든 질문",
    "evaluation.type": "직접 적기",
    "evaluation.typed": "내가 적은 질문",
    "evaluation.import": "질문 모음 가져오기",
    "evaluation.set": "질문 모음",
    "evaluation.questions": "질문 {n}개 보고 고치기",
    "evaluation.page": "쪽이나 절",
    "evaluation.answer": "맞는 답",
    "evaluation.answerable": "문서에 답이 있음",
    "evaluation.save": "저장",
    "evaluation.export": "내보내기",
    "evaluation.delete": "모음 지우기",
    "evaluation.run": "재 보기",
    "evaluation.stop": "멈추기",
    "evaluation.cancelled": "멈췄어요. 이번 결과는 남기지 않았어요.",
    "evaluation.results": "결과",
    "evaluation.run_shown": "{name} · 결과",
    "evaluation.measure": "잰 것",
    "evaluation.keep": "결과 내려받기 (JSON)",
    "evaluation.rank": "순위",
    "evaluation.right": "답이 맞음",
    "evaluation.each": "질문 {n}개의 결과",
    "evaluation.missed": "답이 틀린 질문:",
    "measure.page_hit@1": "맞는 쪽이 첫째",
    "measure.page_hit@5": "맞는 쪽이 다섯 안",
    "measure.page_mrr@10": "MRR",
    "measure.answer_contains_gold": "답에 맞는 말이 있음",
    "measure.citation_validity": "확인된 인용",
    "measure.abstention_recall": "답 없는 질문을 사양함",
    "measure.search_p50_ms": "찾는 시간(ms, 가운데값)",
    "evaluation.collection": "평가할 책장",
    "evaluation.elsewhere": "질문에 적힌 문서 가운데 {n}개가 이 책장에 없어요. 그 질문들은 "
    "아무것도 찾지 못해요.",
    "evaluation.two": "두 설정을 나란히 재기",
    "evaluation.search": "{name} · 찾는 방법",
    "evaluation.search_judged": "낱말과 뜻, 함께 판단",
    "evaluation.search_ranks": "낱말과 뜻, 순위만 합침",
    "evaluation.search_words": "낱말로만 (BM25)",
    "evaluation.search_meaning": "뜻으로만 (코사인)",
    "evaluation.search_how": "‘함께 판단’은 대화에서 쓰는 방법이에요. 두 가지로 찾은 것을 재순위 "
    "모델이 읽고 판단해요. ‘순위만 합침’은 그 판단 없이 두 목록을 합쳐요(reciprocal rank fusion). "
    "판단해야 단락이 답일 가능성을 알 수 있어서, 찾은 것을 보고 답을 사양하는 것도 ‘함께 "
    "판단’뿐이에요.",
    "evaluation.embedding": "{name} · 임베딩",
    "evaluation.embedding_how": "쓰고 있는 것, 내 문서로 배운 것, 또는 다른 것을 골라요. 다른 "
    "임베딩의 벡터는 한 번 만들어 두고, 대화에는 영향이 없어요.",
    "evaluation.tuned": "여기서 배운 것, {when}",
    "evaluation.k": "{name} · 읽는 단락 수",
    "evaluation.k_how": "찾은 단락 가운데 몇 개를 읽고 답하는지예요.",
    "evaluation.emphasis": "{name} · 무엇을 더 믿을지",
    "evaluation.value": "값",
    "evaluation.chart": "두 결과의 값을 막대로 견준 그림",
    "evaluation.better": "{name} 쪽이 더 잘 찾고, 우연이라기엔 차이가 커요. nDCG@10의 B − A는 "
    "{gain}이에요(95% 구간 {low} … {high}, 질문 {n}개 가운데 {differ}개가 달라요).",
    "evaluation.no_difference": "우연과 구별되는 차이가 없어요. nDCG@10의 B − A는 "
    "{gain}이에요(95% 구간 {low} … {high}, 질문 {n}개 가운데 {differ}개가 달라요). 질문이 더 "
    "많으면 더 알 수 있어요.",
    "evaluation.chance": "구간은 질문을 짝지어 천 번 다시 뽑아(부트스트랩) 구했어요. 달라진 "
    "질문이 여섯 개가 안 되면 우연이 아니라고 하지 않아요. 스무 가지를 재면 한 가지쯤은 우연히 "
    "달라요.",
    "evaluation.interval": "95% 구간",
    "evaluation.more_than_chance": "우연이 아님",
    "evaluation.went_better": "{name}가 나음",
    "evaluation.same": "같음",
    "evaluation.outcome": "견준 결과",
    "evaluation.each_of_two": "질문 {n}개: A가 나은 것 {a}, B가 나은 것 {b}, 같은 것 {same}",
    "measure.recall@k": "읽은 단락에 근거가 있음 (recall@k)",
    "measure.ndcg@10": "nDCG@10",
    "measure.cites_gold_page": "맞는 쪽을 인용함",
    "measure.answered_share": "답이 있는 질문에 답함",
    "measure.answer_p50_ms": "답하는 시간(ms, 가운데값)",
    "evaluation.stage_embedding": "단락을 임베딩하고 있어요 ({n}/{of})",
    "evaluation.stage_asking": "묻고 있어요 ({n}/{of})",
    "evaluation.other": "다른 것 …",
    "evaluation.embedding_name": "{name} · 쓸 임베딩의 이름",
    "evaluation.embedding_name_how": "설정에서처럼 sentence-transformers:이름, word-vectors:파일, "
    "openai:이름으로 적어요.",
    "evaluation.import_how": "쪽이 적힌 질문(.jsonl, 한 줄에 하나)이나 BEIR를 읽어요. BEIR는 "
    "queries.jsonl과 qrels(.tsv), 있으면 corpus.jsonl까지 파일째나 zip으로 넣어 주세요. 코퍼스는 "
    "따로 책장이 되고, 없으면 qrels가 내 문서의 이름을 가리켜야 해요.",
    "evaluation.take_in": "이 파일들 가져오기",
    "evaluation.write": "{model}에게 질문 만들게 하기",
    "evaluation.write_how": "문서의 글을 모델에 보내요. 답이라고 옮긴 말이 그 쪽에 실제로 있는 "
    "질문만 남겨요.",
    "evaluation.written": "{model}이(가) 만든 질문",
    "evaluation.kept": "새 모음에 질문이 {n}개 있어요.",
    "evaluation.dropped": "답을 뒷받침하는 곳이 없는 {n}개는 버렸어요.",
    "evaluation.none_kept": "남은 질문이 없어요. {n}개 모두 답을 뒷받침하는 곳이 여기 없어요.",
    "evaluation.how_many": "몇 개를 물을지 (무작위로 뽑아요)",
    "evaluation.stage_writing": "질문을 만들고 있어요 (문서 {n}/{of})",
    "evaluation.stage_adding": "가져오고 있어요 (글 {n}/{of})",
    "evaluation.table": "{name}의 질문별 결과 (CSV)",
    "evaluation.search_learned": "낱말과 뜻, 크로스 인코더 없이 판단",
}
