"""The words that Streamlit writes itself, in English only, and what they are in Korean.

`{}` stands for what differs: a size, a name, a key. See pages/ui/own_words.py.
"""

from __future__ import annotations

_TOOLS = {
    "Fullscreen": "전체 화면",
    "Close fullscreen": "전체 화면 닫기",
    "Download as CSV": "CSV로 내려받기",
    "Show/hide columns": "열 보이기·숨기기",
    "Search": "찾기",
    "Copy to clipboard": "복사하기",
}  # of tables and pictures: a tooltip and a name each

WRITTEN = {
    "Skip to main content": "본문으로 건너뛰기",
    "Upload": "파일 고르기",
    "{}MB per file": "파일마다 {}MB까지",
    "Drag and drop files here": "여기에 파일을 놓으세요",
    "File must be {} or smaller.": "파일은 {} 이하여야 해요.",
    "{} files are not allowed.": "{} 파일은 올릴 수 없어요.",
    "Press Enter to apply": "Enter를 누르면 적용돼요",
    "No results": "결과가 없어요",
    "Select all": "모두 선택",
    "Add: {}": "추가: {}",
    "Connecting": "연결하는 중",
    "Connection error": "연결이 끊겼어요",
    **_TOOLS,
}
"""Seen on the screen, in the places that own_words.py names."""

READ_OUT = {
    "Sidebar": "옆 메뉴",
    "Collapse sidebar": "옆 메뉴 접기",
    "Expand sidebar": "옆 메뉴 펴기",
    "App pages": "페이지",
    "Navigate to home page": "첫 페이지로 가기",
    "Link to heading": "이 제목의 링크",
    "Shortcut {}": "단축키 {}",
    "file upload": "파일 올리기",
    "Upload files": "파일 올리기",
    "Remove {}": "{} 빼기",
    "Send message": "보내기",
    "Chat message from user": "내 질문",
    "Chat message from assistant": "서담의 답",
    "Feedback rating": "답 평가하기",
    "Thumbs up": "도움이 됐어요",
    "Thumbs down": "아쉬워요",
    "Choose an option": "골라 주세요",
    "Choose options": "골라 주세요",
    "Choose or add an option": "고르거나 적어 주세요",
    "Selected values": "고른 것",
    "Clear all": "모두 지우기",
    "Open": "펼치기",
    "Close": "닫기",
    "Show password": "비밀번호 보기",
    "Hide password": "비밀번호 숨기기",
    **_TOOLS,
}
"""Names for screen readers, placeholders, tooltips: attributes, wherever they stand."""
