"""Words that hold sentences together and name nothing: two texts that share only these share no subject."""

from collections.abc import Mapping

ENGLISH = """
a about above after again against all almost alone along already also although always am among an and another any
anybody anyone anything are around as at away be became because become been before behind being below between both
but by can cannot could did do does doing done down during each either else enough even ever every everybody
everyone everything few for from get gets give given go goes going got had has have having he her here hers herself
him himself his how however i if in indeed instead into is it its itself just least less let lets like made make
makes many may me might mine more most much must my myself near neither never no nobody none nor not nothing now of
off often on once one ones only onto or other others our ours out over own perhaps quite rather said same say says
several shall she should since so some somebody someone something still such than that the their theirs them
themselves then there therefore these they thing things this those though through thus to together too toward
towards under until up upon us very was we well were what whatever when whenever where whether which while who whole
whom whose why will with within without would yes yet you your yours yourself
"""
RUSSIAN = """
а без более больше будет будут бы был была были было быть в вам вами вас ваш ваша ваше ваши весь во вот все всегда
всего всей всем всех всё вы где да даже для до должен если есть ещё еще же за здесь и из или им ими их к каждая
каждого каждое каждой каждый как какая какие какой когда которая которого которое которой котором которому которую
которые который которых кроме кто куда ли либо лишь меня менее меньше мне много может можно мой моя мы на над надо
нам нас наш не него нее неё ней нельзя нет ни никогда никто ним них ничего но ну нужно о об оба обе один одна
одни одного одной одном одну однако он она они оно от очень перед по под пока после потом потому почему почти при
просто про разве с сам сама сами само самого самой самые самый свое своего своей своем свои своих свой свою своя
своё себе себя сейчас снова со совсем станет стать так такая также такие такое такой такую там те тебя тем теперь
тех то того тоже той только том тому тот ту туда тут ты у уж уже хотя чего чей чем через что чтобы чья эта эти этим
этих это этого этой этом этому этот эту
"""
OF: Mapping[str, frozenset[str]] = {
    "en": frozenset(ENGLISH.split()),
    "ru": frozenset(RUSSIAN.split()),
}
"""By language; of others none are known."""
