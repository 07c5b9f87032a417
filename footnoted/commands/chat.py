"""``footnoted chat``: a conversation in the terminal."""

from __future__ import annotations

import typer

from footnoted.commands.options import DataDir, open_chatbot


def run(data_dir: DataDir = None) -> None:
    """Talk in the terminal; an empty line or Ctrl+D ends."""
    from bot.chatbot import new_conversation_id
    from bot.errors import InvalidQuestion
    from footnoted.terminal import print_reply

    chatbot = open_chatbot(data_dir, keep_conversations=True)
    chatbot.warm_up()
    titles = "; ".join(document.title for document in chatbot.documents())
    typer.echo(f"Ask about: {titles}. An empty line ends.")
    conversation_id = new_conversation_id()
    while True:
        try:
            question = input("\n> ")
        except EOFError:
            return
        if not question.strip():
            return
        try:
            print_reply(chatbot.ask(conversation_id, question))
        except InvalidQuestion as error:
            typer.echo(str(error), err=True)
