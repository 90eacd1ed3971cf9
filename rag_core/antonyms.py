"""Opposites of Korean and English, as words begin, written for the fact check; data.

A pair is one side, a slash, the other; a side may say with a regular expression what stands around
it, without capturing groups. Words that are merely other (a cat, a dog) are no opposites.
"""

PAIRS = r"""
    (?<=[가-힣]\s)전에/(?<=[가-힣]\s)후에 짧/긴(?![가-힣]) 빠른/느린 강한/약한 쉬운/어려운
    먼저/나중 짧/길 크/작 큰/작 컸/작 크/조그 컸/조그 알고/모르 알고/몰랐 알았/몰랐 성공/실패
    증가/감소 늘어/줄어 늘었/줄었 늘린/줄인 늘렸/줄였 높/낮 많/적(?:[다은었었고지게어습]|$) 넓/좁
    밝/어두 빠르/느리 빨라/느려 강하/약하 강해/약해 강화/약화 비싸/싸 비싼/싼 쉽/어렵 쉬워/어려워
    가깝/멀 가까/멀 가까/먼(?![가-힣]) 무겁/가볍 무거/가벼 두껍/얇 굵/가늘 뜨거/차가 덥/춥 젊/늙
    깨끗/더럽 깨끗/더러 조용/시끄 간단/복잡 편하/불편 편리/불편 친절/불친절 다양/단조 풍부/부족
    찬성/반대 시작/종료 (?<=[가-힣]\s)이전/(?<=[가-힣]\s)이후 남쪽/북쪽 동쪽/서쪽 남부/북부
    동부/서부 왼쪽/오른쪽 좌측/우측 상승/하락 허용/금지 승리/패배 승소/패소 합격/불합격
    가능/불가능 가능/금지 필요/불필요 만족/불만 좋/나쁘 좋/나쁜 좋/아쉬 여름/겨울
    봄(?![가-힣]{2})/가을 낮에/밤에 남성/여성 남자/여자 아버지/어머니 아들/딸(?![가-힣]{3})
    남편/아내 형(?=[은이의과])/동생 선배/후배 오전/오후 아침/저녁 안쪽/바깥 국내/해외 국내/국외
    최대/최소 최고/최저 최선/최악 처음/마지막 최초/최후 전반/후반 초반/후반 전편/후편 무료/유료
    포함/제외 개방/폐쇄 유지/폐지 인상/인하 흑자/적자 안전/위험 공개/비공개 수입/수출 유죄/무죄
    내부/외부 함께/따로 같이/따로 동일/다르 동일/다른 똑같/다른 똑같/다르 같은/다른 선진국/후진국
    가입/탈퇴 입학/졸업 입장/퇴장 입국/출국 입원/퇴원 출발/도착 채용/해고 취임/퇴임 전성기/몰락
    잃/얻 자발/강제 완만/급격 잔잔/거센 장점/단점 이익/손해 이익/손실 긍정/부정적 낙관/비관
    합법/불법 유리/불리 적극/소극 능동/수동 직접/간접 필수/선택 의무/자율 홀수/짝수 상행/하행
    입금/출금 매수/매도 판매/구매 열었/닫았 열려/닫혀 연다/닫는다 켜/꺼 올라/내려 올렸/내렸
    올리/내리 오르/내리 들어갔/나갔 들어온/나간 이겼/졌 이기/지(?=[고며는다]) 통과/부결 승인/거부
    승인/기각 인정/부인 동의/거부 찬성/거부 확대/축소 체결/파기 설치/철거 대부분/일부 모두/일부
    모든/일부 다수/소수 항상/가끔 영구/임시 정규/비정규 공식/비공식 실내/실외 increase/decrease
    increase/reduce rise/fall rose/fell raise/lower more/less more/fewer higher/lower before/after
    success/failure succeed/fail accept/reject allow/forbid allow/prohibit permit/forbid
    open/close win/lose won/lost first/last north/south northern/southern east/west
    eastern/western male/female older/younger oldest/youngest early/late earliest/latest
    earlier/later large/small larger/smaller largest/smallest big/small bigger/smaller
    biggest/smallest highest/lowest longest/shortest longer/shorter fastest/slowest faster/slower
    fast/slow quick/slow begin/end began/ended start/stop include/exclude approve/deny
    approved/rejected approve/reject legal/illegal possible/impossible long/short guilty/innocent
    public/private import/export inside/outside indoor/outdoor cheap/expensive cheaper/dearer
    safe/dangerous easy/difficult easy/hard easier/harder simple/complex required/optional
    mandatory/optional mandatory/voluntary compulsory/voluntary enable/disable enabled/disabled
    minimum/maximum ascending/descending synchronous/asynchronous internal/external
    domestic/foreign same/different together/separately buy/sell bought/sold buyer/seller
    lend/borrow arrive/depart arrival/departure hot/cold warm/cool wet/dry thick/thin heavy/light
    wide/narrow wider/narrower deep/shallow strong/weak stronger/weaker rich/poor young/old
    clean/dirty full/empty true/false correct/incorrect better/worse best/worst positive/negative
    active/inactive active/passive visible/hidden permanent/temporary direct/indirect
    majority/minority above/below upstairs/downstairs inner/outer urban/rural install/uninstall
    encrypt/decrypt connect/disconnect lock/unlock gain/loss profit/loss surplus/deficit
    victory/defeat appear/disappear expand/shrink husband/wife father/mother son/daughter
    brother/sister summer/winter spring/autumn morning/evening morning/afternoon daily/weekly
    weekly/monthly monthly/yearly always/never all/none everyone/nobody remember/forget love/hate
    agree/disagree known/unknown advantage/disadvantage friendly/hostile left-hand/right-hand
    leftmost/rightmost odd/even upper/lower free/paid credit/debit 충분/부족 훌륭/별로 추가/제외
    온라인/오프라인 간소화/복잡화 상반기/하반기 전면/부분 초기/후기 강화/완화 행복/불행 다행/불행
    무한/한정 무한/유한 배고/배부 식물/동물 습하/건조 습한/건조 자동/수동 채택/기각 채택/일축
    인상/할인 올해/내년 올해/작년 올해/지난해 내년/지난해 오늘/내일 오늘/어제 어제/내일 당선/낙선
    개최/취소 도입/폐지 신설/폐지 우회전/좌회전 밀물/썰물 주간에/야간에 문과/이과 찬물/더운물
    더운/추운 따뜻/차가 성장/하락 성장/위축 확장/축소 상류/하류 상위/하위 상단/하단 위층/아래층
    지상/지하 육지/바다 공격/방어 공격/수비 기쁘/슬프 기쁨/슬픔 새로/오래 완공/착공 today/tomorrow
    today/yesterday yesterday/tomorrow online/offline sufficient/insufficient automatic/manual
    automatically/manually animal/plant elected/defeated upstream/downstream attack/defence
    offensive/defensive underground/overground happy/sad happiness/sadness finite/infinite
    relaxed/tightened strengthened/weakened adopted/rejected introduced/abolished indoors/outdoors
    clockwise/anticlockwise clockwise/counterclockwise
    중단/지속 중단/계속 중단/재개 중지/계속 중지/지속 정상/비정상 정상/정지 정상/마비 최신/낡
    최신/오래된 신축/노후 전면/일부 전체/일부 전부/일부 전원/일부 포함/미포함 완료/미완료
    준수/위반 이행/불이행 이행/위반 참석/불참 참여/불참 참가/불참 출전/불참 출석/결석
    자동으로/직접 진실/거짓 진짜/가짜 정확/부정확 옳/틀린 옳/틀리 성년/미성년
    성인/미성년 생존/사망 살아/죽 기혼/미혼 결혼/이혼 개통/폐쇄 개장/폐장 개업/폐업 개점/폐점
    창간/폐간 개교/폐교 개막/폐막 임명/해임 임명/파면 선임/해임 승진/강등 승진/좌천 승격/강등
    입사/퇴사 입주/퇴거 입실/퇴실 전입/전출 유입/유출 수신/발신 송신/수신 대출/상환 절약/낭비
    과거/미래 지난\s?달/다음\s?달 지난\s?주/다음\s?주 작년/내년 전날/다음날 평일/주말 주중/주말
    평일/휴일 위쪽/아래쪽 앞쪽/뒤쪽 (?<=바로\s)앞/(?<=바로\s)뒤 북동/남서 북서/남동 북동/북서
    남동/남서 여학생/남학생 여고생/남고생 남성/여자 여성/남자 상류층/하류층 고소득/저소득
    부유/가난 부유/빈곤 대형/소형 빨리/늦게 빨리/천천히 일찍/늦게 빠른/늦은 자주/드물 자주/가끔
    흔한/드문 흔하/드물 가득/텅 차가운/뜨거운 춥/따뜻 추운/따뜻 추워/따뜻 춥/포근 추운/포근
    시원/더운 뜨거/시원 맑/흐리 맑/흐린 맑/탁한 깨끗/지저분 깔끔/지저분 청결/불결 깔끔/더러
    친절/무례 편안/불편 편했/불편 편해/불편 재미있/지루 재밌/지루 흥미롭/지루 재미있/재미없
    예쁘/못생 예뻐/못생 예쁜/못생 잘생/못생 똑똑/멍청 현명/어리석 착한/나쁜 용감/비겁 겸손/거만
    부지런/게으 행복/슬픈 행복/슬프 웃고/울고 웃었/울었 웃는/우는 기뻐/슬퍼 칭찬/비난 칭찬/비판
    칭찬/폄하 좋아/싫어 희망/절망 전쟁/평화 유명/무명 유능/무능 유해/무해 유의미/무의미 유상/무상
    유급/무급 유선/무선 유인/무인 유형/무형 가능/불가 만족/실망 공정/불공정 공평/불공평
    평등/불평등 평등/차별 규칙/불규칙 균형/불균형 안정/불안정 투명/불투명 확실/불확실 확실/불분명
    분명/불분명 명확/불명확 성실/불성실 합리/불합리 완전/불완전 충분/불충분 적절/부적절
    적합/부적합 정당/부당 허가/불허 허용/불허 승인/불허 승인/반려 동일/상이 일치/불일치 일치/다르
    단일/복수 단독/공동 단독/합동 개별/공동 개인/공용 등록/미등록 접종/미접종 납부/미납 결정/미정
    확정/미정 완성/미완성 해결/미해결 자의/타의 자의/강제 자발/강요 우호/적대 호황/불황 호재/악재
    호조/부진 개선/악화 회복/악화 완화/악화 호전/악화 발전/퇴보 전진/후퇴 진전/후퇴 열린/닫힌
    열고/닫고 켜진/꺼진 승차/하차 탑승/하차 이륙/착륙 출항/입항 로그인/로그아웃 체크인/체크아웃
    생성/소멸 생성/삭제 생산/소비 추가/삭제 추가/제거 삽입/삭제 부착/제거 설치/제거 설정/해제
    활성/비활성 연결/분리 결합/분리 통합/분리 통합/해체 결성/해체 조립/분해 암호화/복호화
    업로드/다운로드 오름차순/내림차순 상향/하향 동기/비동기 보호/파괴 건설/파괴 건설/철거
    보존/파괴 보존/훼손 유지/변경 구속/석방 체포/석방 구속/불구속 가해자/피해자 선공/후공
    득점/실점 승자/패자 진출/탈락 합격/탈락 통과/탈락 당첨/낙첨 주연/조연 정오/자정 오전/밤
    아침/밤 아침/오후 새벽/저녁 새벽/오후 연초/연말 초순/하순 직전/직후 사전/사후 양성/음성
    양수/음수 남극/북극 남반구/북반구 동해/서해 동양/서양 남측/북측 동측/서측 진보/보수 여당/야당
    왼손/오른손 도시/시골 도심/교외 도심/외곽 얕/깊 완만/가파 직선/곡선 가로로/세로로 수직/수평
    혼자/함께 혼자/같이 인공/천연 천연/합성 수익/손실 이득/손해 고급/초급 초급/상급 신규/기존
    신형/구형 현직/전직 현직/퇴직 전임/후임 증가/줄어 증가/줄었 감소/늘어 감소/늘었 증가/하락
    상승/감소 상승/떨어 상승/내려 상승/낮아 하락/올라 하락/올랐 인상/내려 인상/내렸 인하/올려
    인하/올렸 올라/떨어 올랐/떨어 오르/떨어 확대/감소 축소/증가 증액/삭감 증액/감액 증원/감원
    증설/감축 늘리/줄이 늘려/줄여 늘릴/줄일 늘어/줄(?=\s것) 높아/낮아 높여/낮춰 높였/낮췄
    높이/낮추 커지/작아지 커졌/작아졌 많아/적어(?=[지졌진]) 최초/두\s?번째 처음/두\s?번째
    처음(?!\s?부터)/끝(?=[에이]) continue/stop continued/stopped continues/ceases resume/suspend
    resumed/suspended present/absent genuine/fake add/remove added/removed insert/delete
    create/delete created/deleted upload/download arrested/released improve/worsen
    improved/worsened improved/deteriorated pass/fail passed/failed stable/unstable
    certain/uncertain clear/unclear equal/unequal fair/unfair regular/irregular lawful/unlawful
    valid/invalid reliable/unreliable reversible/irreversible able/unable available/unavailable
    aware/unaware common/rare frequent/rare frequently/rarely often/rarely often/seldom
    usually/rarely always/rarely alive/dead survived/died vertical/horizontal singular/plural
    single/multiple junior/senior natural/artificial tight/loose smooth/rough quiet/loud
    quiet/noisy bright/dark brighter/darker taller/shorter tallest/shortest thicker/thinner
    heavier/lighter hotter/colder warmer/colder warmer/cooler sooner/later nearest/farthest
    closest/farthest closer/farther newest/oldest newer/older upward/downward eastward/westward
    northward/southward eastbound/westbound northbound/southbound inbound/outbound
    incoming/outgoing hired/fired appointed/dismissed promoted/demoted widened/narrowed
    lengthened/shortened accelerated/slowed supported/opposed support/oppose supporters/opponents
    praised/criticised praised/criticized confirmed/denied granted/denied granted/refused
    accepted/refused accepted/declined accepted/rejected winner/loser noon/midnight sunrise/sunset
    dawn/dusk weekday/weekend fixed/variable static/dynamic mutable/immutable sequential/parallel
    local/remote compress/decompress opaque/transparent absorbs/emits expands/contracts
    melts/freezes attract/repel creditor/debtor carnivorous/herbivorous nocturnal/diurnal
    harmful/harmless harmful/beneficial toxic/harmless useful/useless healthy/unhealthy
    solved/unsolved finished/unfinished complete/incomplete completed/unfinished paid/unpaid
    married/unmarried employed/unemployed inhabited/uninhabited occupied/vacant lenient/strict
    entirely/partly completely/partly fully/partially whole/part wholly/partly
    successfully/unsuccessfully successful/unsuccessful necessary/unnecessary likely/unlikely
    popular/unpopular expected/unexpected intentional/accidental intentionally/accidentally
    deliberately/accidentally
    cover/exclude covered/excluded acquitted/convicted prohibited/permitted prohibited/allowed
    forbidden/allowed forbidden/permitted banned/allowed banned/permitted always/hardly often/hardly
    exceeded/fell\sshort (?<!a\s)few/most (?<!a\s)few/many
"""
