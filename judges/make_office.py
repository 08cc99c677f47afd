#!/usr/bin/env python3
"""Writes Word, Excel, HTML, RTF and text samples with Chinese text, by standard library alone.

usage: make_office.py FOLDER [PAGES]
"""

import sys
import zipfile
from pathlib import Path

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FONT = "Noto Serif CJK SC"
CLAUSES = [
    "第{0}条 甲方委托乙方提供本合同所列的服务，乙方应当按照约定的期限和标准完成。",
    "双方确认，本条所列金额为人民币（大写）壹万贰仟叁佰肆拾伍元整（￥12,345.00）。",
    "Either party may terminate this Agreement with thirty (30) days' written notice.",
    "生僻字：䶮 㐂 犇 龘 堃 喆；标点：“双引号”、《书名号》——破折号……",
]


def clauses(pages):
    lines = ["劳动合同", "甲方（盖章）：________", "乙方（签字）：________"]
    for number in range(1, pages * 7):
        lines += [clause.format(number) for clause in CLAUSES]
    return lines


def archive(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)


def package(main, kind, extra=""):
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/{main}" ContentType="'
        f'application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>{extra}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>',
    }


def docx(path, lines):
    font = f'<w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}"/></w:rPr>'
    body = "".join(f"<w:p><w:r>{font}<w:t>{line.replace('&', '&amp;')}</w:t></w:r></w:p>" for line in lines)
    cell = f'<w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr><w:p><w:r>{font}<w:t>表格</w:t></w:r></w:p></w:tc>'
    table = f"<w:tbl><w:tblPr/><w:tblGrid/>{f'<w:tr>{cell * 3}</w:tr>' * 3}</w:tbl>"
    parts = package("word/document.xml", "wordprocessingml.document")
    parts["word/document.xml"] = (
        f'{HEAD}<w:document xmlns:w="{WORD}"><w:body>{body}{table}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1800" w:bottom="1440" w:left="1800"/></w:sectPr></w:body></w:document>'
    )
    archive(path, parts)


def xlsx(path, lines):
    rows = ""
    for number, line in enumerate(lines, 1):
        cells = [str(number), line[:12], "￥1,234.00"]
        rows += f'<row r="{number}">' + "".join(
            f'<c r="{"ABC"[column]}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in enumerate(cells)
        ) + "</row>"
    sheet = (
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    )
    parts = package("xl/workbook.xml", "spreadsheetml.sheet", sheet)
    parts["xl/workbook.xml"] = (
        f'{HEAD}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="合同" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{HEAD}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    )
    parts["xl/worksheets/sheet1.xml"] = f'{HEAD}<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    archive(path, parts)


def html(path, lines):
    body = "".join(f"<p>{line}</p>" for line in lines[1:])
    table = '<table border="1">' + "<tr><td>表格</td><td>金额</td></tr>" * 3 + "</table>"
    path.write_text(
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
        f'<body style="font-family: {FONT}"><h1>{lines[0]}</h1>{body}{table}</body></html>',
        encoding="utf-8",
    )


def rtf(path, lines):
    def escaped(text):
        return "".join(c if c.isascii() else f"\\u{(ord(c) + 0x8000) % 0x10000 - 0x8000}?" for c in text)

    body = "".join(f"{escaped(line)}\\par\n" for line in lines)
    path.write_text(
        f"{{\\rtf1\\ansi\\uc1{{\\fonttbl{{\\f0 {FONT};}}}}\\paperw11906\\paperh16838\\f0\\fs21 {body}}}", "ascii"
    )


def main(folder, pages="1"):
    folder, lines = Path(folder), clauses(int(pages))
    folder.mkdir(parents=True, exist_ok=True)
    docx(folder / "sample.docx", lines)
    xlsx(folder / "sample.xlsx", lines)
    html(folder / "sample.html", lines)
    rtf(folder / "sample.rtf", lines)
    (folder / "sample.txt").write_text("\n".join(lines), encoding="gb18030")


if __name__ == "__main__":
    main(*sys.argv[1:])
