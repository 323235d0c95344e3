package classroom

// Pseudonyms: two words, drawn anew for each class.

import "strings"

var (
	adjectives = strings.Fields(`amber ancient arctic autumn bold brave breezy bright brisk bronze calm candid cheerful clever
		copper coral cosmic crimson curious daring dawn dusky eager early easy elegant emerald fair fleet fluent frosty gentle
		gilded golden grand green happy hazel honest humble indigo ivory jade jolly keen kind lilac lively lucid lunar mellow
		merry mild misty neat nimble noble olive patient plucky polite proud quick quiet rapid royal ruby rustic sage scarlet
		silver snowy solar steady sunny swift teal tidy violet vivid warm wise witty`)
	animals = strings.Fields(`alpaca antelope badger bat bear beaver bee bison bobcat camel carp cat cheetah cobra cod condor
		coyote crab crane cricket crow deer dingo dolphin dove duck eagle eel egret elk falcon ferret finch fox frog gazelle
		gecko gibbon goat goose hare hawk hedgehog heron hippo horse ibex ibis jackal jay kiwi koala lark lemur lion lizard
		llama lobster lynx magpie marmot marten mole moose moth mouse newt octopus osprey otter owl panda parrot pelican
		penguin pigeon pony puffin puma quail rabbit raven robin salmon seal shark sparrow spider squid stork swan tapir tiger
		toad trout turtle walrus weasel whale wolf wombat wren yak zebra`)
)

// nameOf is the pseudonym of the viewer with this number. Different numbers up to the number of all
// names have different ones; draw decides on the order.
func nameOf(draw uint32, number int) string {
	all := len(adjectives) * len(animals)
	step := int(draw>>16)%all | 1
	for gcd(step, all) != 1 {
		step += 2
	}
	n := (int(draw&0xffff) + number*step) % all
	return adjectives[n%len(adjectives)] + " " + animals[n/len(adjectives)]
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
