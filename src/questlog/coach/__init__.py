"""The coach: what it knows it reads here, what it wants to change it proposes, and only a yes lets it act."""
