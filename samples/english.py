"""The English handout."""

from samples.blocks import Boxes, Chapter, Handout, Key, Points, Section, Table

_FRONT = (
    "This is a short guide for readers who meet large language models (LLMs) for the first time. It "
    "starts where text becomes tokens and vectors, goes on to how models are trained, and ends with "
    "models that look things up in documents before they answer. Eight chapters, one page each.",
    "It is also a document to try Seodam with. Ask it something, then follow the source of the "
    "answer to the page of this booklet on which the sentence stands.",
)

_TOKENS = Chapter(
    "Tokens and tokenization",
    (
        "A language model does not read letters as people do. What it receives is a list of numbers, "
        "and each number stands for a small piece of text: a token.",
        Key(
            "<b>Tokenization is the process of splitting a sentence or a document into meaningful "
            "units called tokens.</b> Every language model starts with it."
        ),
        Section("From text to tokens"),
        Points(
            (
                "Write characters and spaces in one uniform way and drop marks that carry no meaning.",
                "Split the text into words, at spaces and punctuation.",
                "Split words into subwords, pieces that occur often in the training text.",
                "Give each piece its own number from the vocabulary.",
            ),
            numbered=True,
        ),
        Boxes(
            (("read", "1042"), ("ing", "87"), ("un", "210"), ("usual", "2312"), ("books", "5571")),
            "“reading unusual books” in pieces. The numbers differ from vocabulary to vocabulary.",
            arrows=False,
        ),
        Section("How small should a piece be?"),
        Table(
            ("Unit", "“unusual” becomes", "Vocabulary", "Weak point"),
            (
                (
                    "Character",
                    "u · n · u · s · u · a · l",
                    "small",
                    "long lists, little meaning each",
                ),
                ("Word", "unusual", "very large", "helpless before unknown words"),
                (
                    "Subword",
                    "un · usual",
                    "30,000 to 200,000",
                    "pieces depend on the training text",
                ),
            ),
            (1.1, 1.9, 1.6, 2.5),
        ),
        "Most models of today use subwords. BPE, WordPiece and Unigram are the usual ways to choose "
        "them. In Korean, particles and endings change the shape of a word all the time, so subwords "
        "help there even more. How much a model can read at once, and what it costs, is counted in "
        "tokens and not in letters.",
    ),
)

_EMBEDDINGS = Chapter(
    "Embeddings",
    (
        Key(
            "<b>An embedding turns discrete data, such as words or sentences, into points of a "
            "continuous vector space.</b> What means nearly the same lies close together."
        ),
        "The number of a token has no meaning of its own: nothing makes token 1042 similar to token "
        "1043. So a model keeps a vector of some hundred real numbers for each token and adjusts it "
        "little by little while it learns.",
        Section("Well-known embeddings"),
        Table(
            ("Name", "Published", "What it learns from", "Vectors"),
            (
                (
                    "Word2Vec",
                    "2013, Google",
                    "predicting a word from its neighbors, or the neighbors from the word",
                    "one for each word",
                ),
                (
                    "GloVe",
                    "2014, Stanford University",
                    "how often two words occur together in the whole corpus",
                    "one for each word",
                ),
                (
                    "BERT",
                    "2018, Google",
                    "predicting hidden words from both sides",
                    "different in each context",
                ),
            ),
            (1.1, 1.5, 2.7, 1.4),
        ),
        "In Word2Vec and GloVe the word “bank” has a single vector. BERT reads the whole sentence with "
        "a Transformer, so the bank of a river and the bank that lends money get different ones.",
        Section("How similarity is measured"),
        "Cosine similarity is the cosine of the angle between two vectors: 1 where they point the same "
        "way, 0 at a right angle, -1 in opposite directions. It compares direction and not length, so "
        "it depends less on how long a text is.",
        Section("What embeddings are used for"),
        Points(
            (
                "<b>Semantic search</b>: question and documents become vectors, and the nearest "
                "documents are found.",
                "<b>Classification and clustering</b>: similar texts are grouped, topics assigned.",
                "<b>Recommendation</b>: what lies close to what somebody liked.",
                "<b>Generation</b>: models that write text or code, or draw, take embeddings as "
                "their input.",
            )
        ),
    ),
)

_TRANSFER = Chapter(
    "Transfer learning in two steps",
    (
        "Transfer learning reuses what a model has learned for one problem to solve another. Nothing "
        "has to be learned from the beginning, so good results come quickly, with less data and less "
        "computing.",
        Key(
            "<b>The two steps of transfer learning are pre-training on a large amount of general "
            "data and fine-tuning on a small amount of data for one task.</b> First learn broadly, "
            "then adapt."
        ),
        Boxes(
            (
                ("Much text", "books, web"),
                ("Pre-training", "general knowledge"),
                ("Fine-tuning", "some examples"),
                ("Your model", "one task"),
            ),
            "Pre-training is done once, fine-tuning for each task.",
        ),
        Section("Step one: pre-training"),
        "In pre-training a model reads a great deal of text and picks up general knowledge of "
        "language. No person has to label anything, because the text itself poses the questions. GPT "
        "predicts the next token; BERT picks 15% of the tokens and predicts what they were. BERT was "
        "pre-trained on books of about 800 million words and on English Wikipedia with 2.5 billion.",
        Section("Step two: fine-tuning"),
        "In fine-tuning the model goes on learning from the data of a particular problem. For "
        "sentiment analysis these are pairs of a sentence and a mood. A few thousand examples are "
        "often enough.",
        Table(
            ("", "Pre-training", "Fine-tuning"),
            (
                (
                    "Data",
                    "billions of words of general text",
                    "hundreds to tens of thousands of examples",
                ),
                ("Aim", "knowledge of language and the world", "doing one task well"),
                ("Cost", "very high, once", "low, for each task"),
            ),
            (0.8, 2.6, 2.8),
        ),
        "Using ChatGPT for one's own work can be seen as transfer learning too: knowledge learned "
        "before is carried over to a new problem.",
    ),
)

_TRANSFORMER = Chapter(
    "The Transformer",
    (
        "The Transformer is the deep learning architecture behind most of today's language models. "
        "Researchers at Google introduced it in 2017 in the paper “Attention Is All You Need”.",
        Key(
            "<b>The heart of the Transformer is attention, which looks at all tokens of a sentence at "
            "once and computes how much each one matters to each other one.</b>"
        ),
        Section("Three features"),
        Points(
            (
                "<b>Attention</b>: words that stand far apart are related directly. In “The book was "
                "long, but I finished it”, a weight ties “it” to “book”.",
                "<b>Parallel processing</b>: a recurrent neural network (RNN) reads one word after the "
                "other, while a Transformer computes the whole sentence together and so trains faster.",
                "<b>Encoder and decoder</b>: the encoder reads the input, the decoder writes the "
                "output one token at a time.",
            )
        ),
        Section("How attention is computed"),
        "Each token gets three vectors: a query, a key and a value. The better the query of one token "
        "fits the key of another, the more of that one's value it takes. Doing this several times side "
        "by side is called multi-head attention. The model of the first paper stacked six layers in "
        "the encoder and six in the decoder, with eight heads in each layer.",
        "Attention alone does not know the order of the words. So each embedding is given its position "
        "in the sentence as well.",
        Section("Three branches of the family"),
        Table(
            ("Built from", "Examples", "Good at"),
            (
                ("encoder only", "BERT", "classifying, searching, comparing meanings"),
                ("decoder only", "GPT, Llama", "continuing text, conversation, code"),
                ("encoder and decoder", "T5, BART", "translation, summaries"),
            ),
            (1.5, 1.4, 3),
        ),
        "Most models that hold a conversation are Transformers with a decoder only.",
    ),
)

_ROAD = Chapter(
    "The road to ChatGPT",
    (
        "In the early 2010s text was mostly generated by recurrent neural networks. An RNN squeezes "
        "all it has read into one state and tends to forget how a long text began. The Transformer "
        "removed this limit, and models grew quickly.",
        Table(
            ("Year", "Name", "Made by", "What was new"),
            (
                ("2013", "Word2Vec", "Google", "the meaning of words as vectors"),
                ("2017", "Transformer", "Google", "translation with attention alone"),
                (
                    "2018",
                    "GPT-1",
                    "OpenAI",
                    "pre-training on the next token, 117 million parameters",
                ),
                ("2018", "BERT", "Google", "pre-training that looks both ways"),
                ("2019", "GPT-2", "OpenAI", "1.5 billion parameters"),
                (
                    "2020",
                    "GPT-3",
                    "OpenAI",
                    "175 billion parameters, new tasks from a few examples",
                ),
                ("2022", "ChatGPT", "OpenAI", "conversation, refined by the judgment of people"),
                ("2023", "Llama", "Meta", "weights that can be downloaded"),
                ("2023", "Claude", "Anthropic", "trained by written principles"),
                ("2023", "Gemini", "Google", "trained on text, images and sound together"),
                ("2024", "GPT-4o", "OpenAI", "text, sound and images in one model"),
            ),
            (0.7, 1.4, 1.2, 4),
        ),
        Section("How ChatGPT was refined"),
        Key(
            "<b>ChatGPT was released on November 30, 2022; it is a model of the GPT-3.5 series refined "
            "with reinforcement learning from human feedback (RLHF).</b>"
        ),
        Points(
            (
                "The model is fine-tuned on good answers written by people.",
                "People rank several answers of the model, and a reward model learns to predict their "
                "ranking.",
                "Reinforcement learning raises the score that the reward model gives.",
            ),
            numbered=True,
        ),
        "Pre-training taught the model to speak; this taught it to understand a request and to help.",
    ),
)

_RAG = Chapter(
    "RAG: look it up, then answer",
    (
        "A language model knows nothing of what happened after its training, nor of the documents "
        "inside a company. What it does not know it sometimes makes up, which is called hallucination. "
        "With RAG (retrieval-augmented generation) it reads relevant documents before it answers.",
        Key(
            "<b>RAG consists of two parts: a retriever that finds relevant documents and a generator "
            "that writes the answer.</b> It is less a single model than a way of combining search "
            "with generation."
        ),
        Boxes(
            (
                ("Question", "the user"),
                ("Retriever", "searches"),
                ("Passages", "evidence"),
                ("Generator", "writes"),
                ("Answer", "with sources"),
            ),
            "From a question to an answer with sources.",
        ),
        Section("Preparing"),
        Points(
            (
                "Cut the documents into passages of some hundred letters.",
                "Compute an embedding of each passage, and an index of its words.",
                "Note which page of which document a passage comes from.",
            ),
            numbered=True,
        ),
        Section("Answering"),
        Points(
            (
                "Find the few passages that lie closest to the question.",
                "Put them into the prompt together with the question.",
                "The generator answers from these passages and names its sources.",
            ),
            numbered=True,
        ),
        Section("How it differs from fine-tuning"),
        "Fine-tuning puts knowledge into the parameters of a model, RAG leaves it in documents outside. "
        "With RAG, knowledge is updated by changing the documents, and an answer can show where it "
        "comes from. But where the right passage is not found there is no good answer: the quality of "
        "the search decides the quality of the answer. When nothing is found, it is right to say so.",
    ),
)

_PAPER = Chapter(
    "What the RAG paper says",
    (
        "The name comes from the paper “Retrieval-Augmented Generation for Knowledge-Intensive NLP "
        "Tasks” by Patrick Lewis and others of Facebook AI Research, University College London and "
        "New York University, presented at NeurIPS 2020.",
        Section("The model"),
        "The paper's retriever is DPR (Dense Passage Retriever): two BERT models, one that reads the "
        "question and one that reads passages. It searches 21 million passages, the Wikipedia of "
        "December 2018 cut into pieces of 100 words. The generator is BART-large with about 400 "
        "million parameters. Both are trained together; the vectors of the passages stay fixed.",
        Points(
            (
                "<b>RAG-Sequence</b> uses the same passage for the whole of an answer.",
                "<b>RAG-Token</b> may draw each token from a different passage.",
            )
        ),
        Section("Experiments"),
        "How many of the Natural Questions were answered exactly? RAG, which searches, came out ahead of T5-11B, which "
        "has far more parameters.",
        Table(
            ("Model", "Search", "Exact match (%)"),
            (
                ("T5-11B", "no", "34.5"),
                ("REALM", "yes", "40.4"),
                ("DPR", "yes, extracts the answer", "41.5"),
                ("RAG-Token", "yes, writes the answer", "44.1"),
                ("RAG-Sequence", "yes, writes the answer", "44.5"),
            ),
            (2, 2.4, 1.6),
        ),
        "Of pairs of Jeopardy questions written by both, people found RAG more factual in 42.7% and "
        "BART in 7.1%. With the Wikipedia index of another year the answers changed to that year, "
        "without any training.",
        Section("Uses"),
        "The paper tests RAG on question answering, question writing and fact checking (FEVER). The "
        "method also serves conversation about documents, customer support and company search.",
    ),
)

_LIBRARIES = Chapter(
    "Libraries and APIs",
    (
        Section("Libraries that help with RAG"),
        Table(
            ("Name", "Made by", "What it does"),
            (
                (
                    "Hugging Face Transformers",
                    "Hugging Face",
                    "A library to download and use pre-trained models; it includes the RAG model of "
                    "the paper, with examples.",
                ),
                (
                    "Haystack",
                    "deepset",
                    "An open-source framework that joins document stores, retrievers and generators "
                    "in pipelines.",
                ),
            ),
            (1.9, 1.2, 3.6),
        ),
        "Transformers is about the models, Haystack about the path that documents take. They can be "
        "used together.",
        Section("What an API is"),
        Key(
            "<b>An API (application programming interface) is a bridge through which one program uses "
            "the functions of another.</b>"
        ),
        Points(
            (
                "<b>Functions</b>: with the API of ChatGPT a program processes language without "
                "running a model itself.",
                "<b>Integration</b>: different systems work together. A shop takes payments through "
                "the API of a payment company.",
            )
        ),
        Boxes(
            (("Your program", "sends a request"), ("API", "checks the key"), ("Model", "writes")),
            "Requests travel over HTTP, usually written in JSON.",
        ),
        Points(
            (
                "An API key is like a password: keep it in an environment variable, not in the code.",
                "The price usually depends on the tokens sent and received.",
                "When the server is busy, wait a little and call again.",
            )
        ),
        Section("Further reading"),
        "Mikolov et al. (2013) Word2Vec · Pennington et al. (2014) GloVe · Vaswani et al. (2017) "
        "Attention Is All You Need · Devlin et al. (2018) BERT · Lewis et al. (2020) RAG · Ouyang et "
        "al. (2022) InstructGPT",
    ),
)

HANDOUT = Handout(
    file="seodam-sample-en.pdf",
    language="en-US",
    title="First steps with language models and RAG",
    subtitle="From tokens to answers with sources, in eight pages",
    subject="Tokenization, embeddings, transfer learning, the Transformer, RAG, APIs",
    author="The Seodam authors",
    front=_FRONT,
    contents="Contents",
    chapters=(
        _TOKENS,
        _EMBEDDINGS,
        _TRANSFER,
        _TRANSFORMER,
        _ROAD,
        _RAG,
        _PAPER,
        _LIBRARIES,
    ),
)
