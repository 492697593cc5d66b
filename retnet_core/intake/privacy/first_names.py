"""Common first names, and words beside which they are no person's."""

from __future__ import annotations

_FIRST_NAMES = """
aaron abigail adam adrian agnes ahmed alain albert alejandro alessandro alexander alexandra
alfred ali alice alicia amanda amy ana andre andrea andreas andres andrew angela anita anja ann
anna anne annette antonio antoine antonia armando arthur astrid barbara beate beatrice beatriz
ben benjamin bernard bernd bettina birgit bob brenda brian brigitte bruno camille carina carla
carlos carmen carol caroline catherine cecile celine charles charlie charlotte chantal christa
christian christiane christina christine christoph christophe christopher claire clara claudia
claudine cristina daniel daniela danielle david deborah denis denise dennis diana diane diego
dieter dirk dominik dominique donald donna doris dorothy edith eduardo edward elena elfriede eli
elisabeth elizabeth elke ellen emilia emily emma enrique eric erich erika ernst esther eugene
eva evelyn fabian fatima felix ferdinand fernando florian frances francisco franck francois
francoise frank franz franziska fred frederic friedrich fritz gabriel gabriele gabrielle georg
george georges gerald gerard gerhard gertrud gilles giovanni giuseppe gisela gloria gregory
guillaume gunter gustav guy hanna hannah hans harald harry heather heidi heike heinrich heinz
helen helena helene helga helmut henri henry herbert hermann hildegard holger horst hugo ian
ignacio ines inge ingeborg ingrid irene iris isabel isabelle ivan jack jacqueline jacques jaime
james jan jane janet janice jason javier jean jeanne jeffrey jennifer jens jerome jerry jessica
jesus jill joachim joan joaquin jochen joel johan johann johanna johannes john jonas jonathan
jorg jorge jose josef josefa joseph joshua joyce juan juana judith judy julia julian julie
juliette julio jurgen karen karin karl katharina katherine kathleen kathrin katrin kay keith
kelly kenneth kevin klaus konrad kristin kurt larry lars laura laurence laurent lea lena leo
leon leonie linda lisa lois loretta lothar louis louise luc lucas lucia lucie ludwig luis luisa
lukas lutz lydia madeleine manfred manuel manuela marc marcel marco margaret margarita margit
margarete maria marianne marie marina mario marion mark markus marta martha martin martina
martine mary mathias mathieu matthew matthias maurice max maximilian megan melanie melissa
mercedes michael michaela michel michele michelle miguel mohamed mohammed monica monika monique
muhammad nadine nancy natalie nathalie nathan nicholas nicolas nicole nina norbert norma olaf
oliver olivia olivier oscar otto pablo pamela pascal patrice patricia patrick paul paula pauline
pedro peter petra philip philipp philippe pierre pilar rachel rafael rainer ralf ralph ramon
raquel raul raymond rebecca reiner reinhard renate rene ricardo richard rita robert roberto
roger roland rolf ronald rosa rosemarie rosemary ruben rudolf ruth ryan sabine samuel sandra
sara sarah scott sebastian sergio sharon sheila sigrid silke silvia simon simone sofia sonia
sonja sophia sophie stefan stefanie stephan stephane stephanie stephen steven susan susana
susanne suzanne sven sylvia sylvie tamara tanja teresa thea theodor theresa therese thierry
thomas thorsten tim timothy tina tobias todd tom tomas torsten ulrich ulrike ursula ute uwe
valentina valerie vanessa vera veronica veronika veronique victor victoria vincent virginia
virginie volker walter waltraud wayne wendy werner wilfried wilhelm william willi wolfgang
xavier yolanda yves yvonne zoe
"""
FIRST_NAMES = frozenset(_FIRST_NAMES.split())
"""Common first names in English, German, French and Spanish, without accents."""
_NO_PERSON = """
hospital hospitals university universitat universite universidad clinic clinica clinique klinik
klinikum krankenhaus center centre centro zentrum medical memorial institute institut instituto
cancer college school health healthcare saint foundation trust infirmary oncology department
disease syndrome cell cells tumor tumour carcinoma infection increased decreased pain
"""
NO_PERSON = frozenset(_NO_PERSON.split())
"""Words beside which a first name is that of a place or a thing."""
