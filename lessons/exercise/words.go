package exercise

// Words: what an attempt is known by on the wire.

import (
	"crypto/rand"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// nouns are short, plain, and hard to take for one another. All have four letters, so that every
// word has the same length, and what an exercise counts doesn't depend on the draw.
var nouns = strings.Fields(`
acre arch aunt axle baby back bait bake ball band bank barn bath bead beak beam bean bear beef bell
belt bend bike bird boat body bolt bone book boot bowl bran bulb bull bush cage cake calf camp
cane cape card cart case cave chef chin city clam claw clay club coal coat coin comb cone cook cord
cork corn cove crab crew crop crow cube curb cuff dawn deck deer desk dice dish disk dock doll dome
door dove drum duck dune dust east edge face fair fang farm fawn fern file film fire fish
fist flag flea fort foam fold folk font food foot fork frog fuel fuse gate gear germ gift goat gold
golf gong gown gram grid grin gulf gull hail half hall hand harp hawk heel herb herd hill hive hood
hoof hook hoop horn hose iris iron isle jade jail jazz jeep joke jury keel kelp kilt king kite
kiwi knee knob knot lace lady lake lamb lamp lane lark lava lawn leaf leek lens lily lime limb lion
loaf lock loft logo loom loop lute maid malt mane mare mask mast maze meal menu mesh mice milk mill
mink mint moat mole monk moon moss moth mule musk myth nail navy neck nest news noon nose note oath
oboe omen onyx opal oven palm park path pawn peak pear peel pier pine pink pint pipe plum poem pond
pony pool port pump quay quiz raft rail rain ramp reed reef rice ring road robe rock roof room root
rope rose ruby sage sail salt sand scar seal seed shed ship shoe shop silk sink skin sled snow soap
sock sofa soil song soup spur star stem step suit surf swan tale tank tape taxi tent tide tile toad
toga tomb tool tour town tray tree tuba tube tuna turf tusk twig vase veil vest vine wasp wave
weed well west whip wing wire wolf wood wool worm yard yarn yeti yoga yolk zinc zone
`)

var wordForm = regexp.MustCompile(`[a-z]{4}-[1-9][0-9]`)

// NewWord draws a word that nobody can guess from those before it.
func NewWord() string {
	noun := nouns[draw(len(nouns))]
	n := 10 + draw(90)
	return noun + "-" + string([]byte{byte('0' + n/10), byte('0' + n%10)})
}

func draw(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // crypto/rand never fails on a system that can run this program
	}
	return int(i.Int64())
}

// ValidWord reports whether s is a word that NewWord can draw.
func ValidWord(s string) bool {
	return len(s) == 7 && wordForm.MatchString(s) && slices.Contains(nouns, s[:4])
}

// FindWord is the first word in b that NewWord can draw; empty if there is none.
func FindWord(b []byte) string {
	for {
		at := wordForm.FindIndex(b)
		if at == nil {
			return ""
		}
		if word := string(b[at[0]:at[1]]); ValidWord(word) {
			return word
		}
		b = b[at[0]+1:]
	}
}
