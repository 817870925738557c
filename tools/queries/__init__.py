"""The questions: one file each, holding one public function of the file's name; found by walking this folder."""
