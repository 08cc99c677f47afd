/**
 * Writes small Chinese contracts as PDF, without any library.
 *
 * The font is named but not embedded: drawing it needs pdf.js' character maps, so a missing map shows.
 */

const PAGE = { width: 595, height: 842 };
const MARGIN = 70;
const BODY = 12;
const LINE = 22;
const LINE_CHARACTERS = Math.floor((PAGE.width - 2 * MARGIN) / BODY);

const CLAUSES = [
  ['第一条 租赁房屋', '甲方将位于上海市浦东新区世纪大道一百号二十一层的办公用房出租给乙方使用，建筑面积为三百二十平方米。乙方已实地查看该房屋，对其现状、结构及附属设施没有异议，并确认该房屋适合用作办公。'],
  ['第二条 租赁期限', '租赁期自二〇二六年十二月一日起至二〇二九年十一月三十日止，共三年。租赁期满前三个月，乙方如需续租，应当以书面形式向甲方提出；在同等条件下，乙方享有优先承租的权利。'],
  ['第三条 租金与支付', '月租金为人民币伍万捌仟元整（¥58,000.00），按季度支付。乙方应当于每季度首月五日前，将当季租金汇入甲方指定的账户。逾期支付的，每逾期一日，按应付未付金额的万分之三支付违约金。'],
  ['第四条 押金', '乙方应当于本合同签署之日起五日内，向甲方支付相当于两个月租金的押金。租赁期满，乙方结清各项费用并将房屋恢复原状交还后，甲方应当于十日内将押金无息退还乙方。'],
  ['第五条 房屋的使用与维修', '乙方应当合理使用房屋及其附属设施，不得擅自改变房屋的结构和用途。房屋及其附属设施因自然损耗需要维修的，由甲方负责；因乙方使用不当造成损坏的，由乙方负责修复或者赔偿。'],
  ['第六条 合同的解除', '有下列情形之一的，守约方可以解除合同：甲方迟延交付房屋超过三十日；乙方拖欠租金累计超过六十日；任何一方擅自转让其在本合同项下的权利义务，经催告后在合理期限内仍未改正。'],
  ['第七条 争议的解决', '因本合同引起的争议，双方应当友好协商解决；协商不成的，任何一方均可向房屋所在地有管辖权的人民法院提起诉讼。争议期间，除争议事项外，双方应当继续履行本合同的其他条款。'],
];

/** A contract of `pageCount` pages; the last page has the lines for signatures. */
export function contractPdf({ title, pageCount, edition = 1, hasScan = false }) {
  const pages = [];
  for (let page = 0; page < pageCount; page += 1) {
    pages.push(pageContent({ title, page, pageCount, edition, hasScan }));
  }
  return assemble(pages);
}

function pageContent({ title, page, pageCount, edition, hasScan }) {
  const lines = [];
  let y = PAGE.height - 90;
  if (page === 0) {
    lines.push(text(title, (PAGE.width - title.length * 22) / 2, y, 22));
    y -= 50;
    for (const line of ['合同编号：QS-2026-1122', '出租方（甲方）：契书演示科技有限公司', '承租方（乙方）：张晓明', `版本：第 ${edition} 版`]) {
      lines.push(text(line, MARGIN, y, BODY));
      y -= LINE;
    }
    y -= 12;
  }
  const isLast = page === pageCount - 1;
  const floor = isLast ? 330 : 100;
  for (let index = 0; y > floor + 90; index += 1) {
    const [heading, body] = CLAUSES[(page * 3 + index) % CLAUSES.length];
    lines.push(text(heading, MARGIN, y, 14));
    y -= LINE + 2;
    for (let start = 0; start < body.length && y > floor; start += LINE_CHARACTERS) {
      lines.push(text(body.slice(start, start + LINE_CHARACTERS), MARGIN, y, BODY));
      y -= LINE;
    }
    y -= 14;
  }
  if (isLast) {
    lines.push(text('（以下无正文，为签署页）', MARGIN, 285, BODY));
    lines.push(text('甲方（盖章）：', MARGIN, 230, BODY), text('乙方（签名）：', 320, 230, BODY));
    lines.push(text('日期：', MARGIN, 140, BODY), text('日期：', 320, 140, BODY));
    if (hasScan) lines.push('q 64 0 0 64 460 40 cm /Scan Do Q');
  }
  lines.push(text(`第 ${page + 1} 页 共 ${pageCount} 页`, 250, 40, 10));
  return lines.join('\n');
}

function text(value, x, y, size) {
  const hex = [...value].map((character) => character.charCodeAt(0).toString(16).padStart(4, '0')).join('');
  return `BT /F1 ${size} Tf ${x} ${y} Td <${hex}> Tj ET`;
}

/** 64 × 64 black in CCITT group 4: every line repeats the (all white) one above; the colours are exchanged. */
function blackScan() {
  const bits = `${'1'.repeat(64)}${'000000000001'.repeat(2)}`.padEnd(96, '0');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

function assemble(contents) {
  const objects = [];
  const add = (body) => objects.push(Buffer.isBuffer(body) ? body : Buffer.from(body, 'latin1'));
  const stream = (dictionary, data) =>
    Buffer.concat([
      Buffer.from(`<< ${dictionary} /Length ${data.length} >>\nstream\n`),
      data,
      Buffer.from('\nendstream'),
    ]);
  const firstPage = 7;
  const kids = contents.map((_, index) => `${firstPage + index * 2} 0 R`).join(' ');
  add('<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>');
  add(`<< /Type /Pages /Count ${contents.length} /Kids [${kids}] >>`);
  add('<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>');
  add(
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R ' +
      '/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] >>',
  );
  add(
    '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 ' +
      '/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
  );
  add(
    stream(
      '/Type /XObject /Subtype /Image /Width 64 /Height 64 /BitsPerComponent 1 /ColorSpace /DeviceGray ' +
        '/Decode [1 0] /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 64 /Rows 64 >>',
      blackScan(),
    ),
  );
  contents.forEach((content, index) => {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] ` +
        `/Resources << /Font << /F1 3 0 R >> /XObject << /Scan 6 0 R >> >> /Contents ${firstPage + index * 2 + 1} 0 R >>`,
    );
    add(stream('', Buffer.from(content, 'latin1')));
  });
  return serialise(objects);
}

function serialise(objects) {
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets = [];
  let position = parts[0].length;
  const push = (part) => {
    parts.push(part);
    position += part.length;
  };
  objects.forEach((body, index) => {
    offsets.push(position);
    push(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]));
  });
  const start = position;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}` +
        `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
