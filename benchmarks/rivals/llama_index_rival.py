"""LlamaIndex: SimpleDirectoryReader and VectorStoreIndex as they come, with a local embedding."""

from __future__ import annotations

from collections import Counter

from llama_index.core import Document, SimpleDirectoryReader, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.rivals import Found
from benchmarks.rivals.minilm import MINILM


class Default:
    """Sentences packed to 1024 tokens, one vector each."""

    def __init__(self) -> None:
        self._embedding = HuggingFaceEmbedding(model_name=MINILM)

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        return self._add(
            [
                Document(id_=id_, text=f"{title}\n{text}" if title else text)
                for id_, title, text in documents
            ]
        )

    def read(self, paths: list[str]) -> int:
        pages = SimpleDirectoryReader(input_files=paths).load_data()
        seen: Counter[str] = Counter()
        for page in pages:
            name = page.metadata["file_name"]
            seen[name] += 1
            page.id_ = f"{name}#{seen[name]}"
        return self._add(pages)

    def search(self, question: str, k: int) -> Found:
        found = self._index.as_retriever(similarity_top_k=k).retrieve(question)
        return [[one.node.ref_doc_id] for one in found]

    def _add(self, documents: list[Document]) -> int:
        self._index = VectorStoreIndex.from_documents(documents, embed_model=self._embedding)
        return len(self._index.index_struct.nodes_dict)
