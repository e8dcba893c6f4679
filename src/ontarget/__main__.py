"""``python -m ontarget``"""

from ontarget.cli import main

main()
