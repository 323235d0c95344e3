package mirror

// A frame drawn as RFC 6455 §5.2 draws one, 32 bits a row, filled with this frame's bits.

import (
	"fmt"
	"strings"

	"wireup/inspector"
)

const (
	rowBits  = 32
	rowWidth = 2*rowBits + 1 // a column a bit, and one between each two
	margin   = 5
)

const ruler = "byte  0                   1                   2                   3\n" +
	"      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"

// picture is a frame on its way to being drawn.
type picture struct {
	bytes  []byte // header, and the payload that is drawn
	fields []inspector.Field
	of     []int  // for each bit the index of its field
	rest   uint64 // payload bytes that are not drawn
}

// appendPicture draws f: its header, its payload up to the end of that row and one row more.
func appendPicture(b []byte, f *inspector.Frame) []byte {
	p := picture{fields: inspector.HeaderFields(f.Header)}
	drawn := (f.Size+3)/4*4 + 4 - f.Size
	drawn = min(drawn, len(f.Payload))
	p.rest = f.Received - uint64(drawn)
	p.bytes = append(append(p.bytes, f.Raw...), f.Payload[:drawn]...)
	if drawn > 0 {
		p.fields = append(p.fields, inspector.Field{Name: inspector.FieldPayload, Bit: 8 * f.Size, Bits: 8 * drawn})
	}
	for i, field := range p.fields {
		for range field.Bits {
			p.of = append(p.of, i)
		}
	}
	b = append(b, ruler...)
	for row := 0; row*rowBits < len(p.of); row++ {
		b = p.border(b, row)
		b = p.row(b, row)
	}
	rows := (len(p.of) + rowBits - 1) / rowBits
	if p.rest > 0 {
		return p.continued(b, rows)
	}
	return p.border(b, rows)
}

// at returns the field of a bit of a row, or -1 beyond the frame.
func (p *picture) at(row, bit int) int {
	if i := row*rowBits + bit; row >= 0 && bit >= 0 && bit < rowBits && i < len(p.of) {
		return p.of[i]
	}
	return -1
}

// border draws the line above a row: a plus where a field begins or ends, dashes with gaps
// where a field goes on from the row above.
func (p *picture) border(b []byte, row int) []byte {
	var line [rowWidth]byte
	for i := range line {
		line[i] = ' '
	}
	for bit := range rowBits + 1 {
		if p.edge(row-1, bit) || p.edge(row, bit) {
			line[2*bit] = '+'
		}
	}
	for bit := range rowBits {
		above, below := p.at(row-1, bit), p.at(row, bit)
		if above < 0 && below < 0 {
			continue
		}
		goesOn := above == below
		if !goesOn {
			line[2*bit+1] = '-'
		}
		if left := 2 * bit; line[left] == ' ' {
			line[left] = '-'
		}
	}
	return appendLine(b, "", line[:])
}

// edge reports whether a field of the row begins or ends in front of a bit.
func (p *picture) edge(row, bit int) bool { return p.at(row, bit-1) != p.at(row, bit) }

// cell is a field's part of one row.
type cell struct {
	field       int
	first, bits int
}

func (c cell) width() int { return 2*c.bits - 1 }

func (p *picture) cells(row int) []cell {
	var cells []cell
	for bit := range rowBits {
		field := p.at(row, bit)
		if field < 0 {
			break
		}
		if n := len(cells); n > 0 && cells[n-1].field == field {
			cells[n-1].bits++
			continue
		}
		cells = append(cells, cell{field, bit, 1})
	}
	return cells
}

// row draws a row: its bits, and below them what they are.
func (p *picture) row(b []byte, row int) []byte {
	cells := p.cells(row)
	label := fmt.Sprintf("%4d ", row*rowBits/8)
	var bits strings.Builder
	for _, c := range cells {
		for i := range c.bits {
			bits.WriteByte("| "[min(i, 1)])
			at := row*rowBits + c.first + i
			bits.WriteByte('0' + p.bytes[at/8]>>(7-at%8)&1)
		}
	}
	b = appendLine(b, label, []byte(bits.String()+"|"))
	captions := make([][]string, len(cells))
	height := 0
	for i, c := range cells {
		captions[i] = p.caption(row, c)
		height = max(height, len(captions[i]))
	}
	for y := range height {
		var line strings.Builder
		for i, c := range cells {
			text := ""
			if y < len(captions[i]) {
				text = captions[i][y]
			}
			line.WriteByte('|')
			line.WriteString(centre(text, c.width()))
		}
		b = appendLine(b, "", []byte(line.String()+"|"))
	}
	return b
}

// caption is what stands in a cell, line by line: its name downwards in a cell of one bit, and
// otherwise its name above its value.
func (p *picture) caption(row int, c cell) []string {
	f := p.fields[c.field]
	if c.bits == 1 {
		return strings.Split(f.Name, "")
	}
	name := f.Name
	if row*rowBits > f.Bit {
		name += " (continued)"
	}
	lines := fold(name, c.width())
	bytes := p.bytes[(row*rowBits+c.first)/8 : (row*rowBits+c.first+c.bits+7)/8]
	switch f.Name {
	case inspector.FieldOpcode:
		lines = append(lines, opcodeCaption(bytes[0]), "(0x"+strings.ToUpper(fmt.Sprintf("%x", bytes[0]&0xF))+")")
	case inspector.FieldLength:
		lines = append(lines, f.Value)
	case inspector.FieldExtendedLength:
		if c.bits < f.Bits {
			lines = append(lines, fmt.Sprintf("% x", bytes))
			break
		}
		lines = append(lines, f.Value)
	default:
		lines = append(lines, fmt.Sprintf("% x", bytes))
	}
	return lines
}

func opcodeCaption(first byte) string {
	switch t := inspector.Opcode(first & 0xF).Type(); t {
	case "continuation":
		return "contin."
	case "reserved":
		return "reservd"
	default:
		return t
	}
}

// continued closes a picture below which payload is left.
func (p *picture) continued(b []byte, rows int) []byte {
	dashes := strings.Repeat("+ "+strings.Repeat("- ", rowBits-1), 1) + "+"
	b = appendLine(b, "", []byte(dashes))
	text := fmt.Sprintf("%d more bytes of payload data", p.rest)
	if p.rest == 1 {
		text = "1 more byte of payload data"
	}
	b = appendLine(b, "", []byte(":"+centre(text, rowWidth-2)+":"))
	return appendLine(b, "", []byte("+"+strings.Repeat("-", rowWidth-2)+"+"))
}

// appendLine appends a line of the picture, with what stands in its margin.
func appendLine(b []byte, label string, line []byte) []byte {
	b = append(b, centreless(label)...)
	b = append(b, line...)
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return append(b, '\n')
}

// centreless fills a label up to the margin.
func centreless(label string) string { return label + strings.Repeat(" ", margin-len(label)) }

// centre puts s into the middle of n columns; what is too long for them is cut.
func centre(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	left := (n - len(s)) / 2
	return strings.Repeat(" ", left) + s + strings.Repeat(" ", n-len(s)-left)
}

// fold breaks s between words into lines of at most n columns.
func fold(s string, n int) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if k := len(lines); k > 0 && columns(lines[k-1])+1+columns(word) <= n {
			lines[k-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
